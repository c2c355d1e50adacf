"""The laboratory of the command line, seen by somebody who knows the facts of the field and not the code."""

from tests.cli.conftest import Answer, by_state, graftline, here, laboratory, loaded, quarantined

__all__ = ["Answer", "by_state", "graftline", "here", "laboratory", "loaded", "quarantined"]
