"""The laboratory of the command line's tests, seen by somebody who knows the contract and not the code."""

from tests.cli.conftest import Answer, by_state, graftline, here, laboratory, loaded, quarantined

__all__ = ["Answer", "by_state", "graftline", "here", "laboratory", "loaded", "quarantined"]
