"""How long to wait before trying again: 1, 2, 4 .. 30 seconds, for ever."""


class Backoff:
    """Growing delays, in seconds, until something works."""

    def __init__(self, first: float = 1.0, longest: float = 30.0) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def reset(self) -> None:
        """It worked."""
        self._next = self._first

    def delay(self) -> float:
        """How long to wait now; twice as long next time."""
        delay, self._next = self._next, min(self._next * 2, self._longest)
        return delay
