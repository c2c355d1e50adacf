"""What an export folder has taken and is not done with: it has to be known after a stop of the service, too.

That is a file which may still be written to, and one that cannot be moved away: forgotten, the end of the one would
never be seen, and the other would be taken again at every start.
"""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

from instruments.sources.sightings import Print


class Claim(NamedTuple):
    """A file that was taken: where it came from, where it lies, and what it looked like."""

    path: Path
    place: Path
    """`path` itself where it cannot be moved away."""
    print: Print

    @property
    def stays(self) -> bool:
        """Whether it lies where it came from."""
        return self.place == self.path


class Claims(Protocol):
    """The claims of all export folders of a site."""

    def standing(self) -> Collection[Claim]:
        """Those that were laid and not dropped."""

    def lay(self, claims: Iterable[Claim]) -> None:
        """Have these remembered, each by its place; one that could not be moved is over when it is. Raises OSError."""

    def drop(self, places: Iterable[Path]) -> None:
        """Have what lies there remembered no longer. Raises OSError."""


class NoClaims:
    """Nothing is remembered after a stop."""

    def standing(self) -> Collection[Claim]:
        """None."""
        return ()

    def lay(self, _claims: Iterable[Claim], /) -> None:
        """Nowhere."""

    def drop(self, _places: Iterable[Path], /) -> None:
        """Nothing was laid."""
