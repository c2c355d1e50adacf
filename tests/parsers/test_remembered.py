"""What is remembered is asked for once, is right, and is bounded in number and length."""

import pytest

from parsers import remembered
from parsers.remembered import Remembered


def test_a_text_is_read_once() -> None:
    asked: list[str] = []

    @remembered.remembered
    def read(text: str) -> int:
        asked.append(text)
        return len(text)

    assert [read("A*01:01"), read("A*01:01"), read("B*08")] == [7, 7, 4]
    assert asked == ["A*01:01", "B*08"]


def test_a_long_text_is_read_and_not_kept() -> None:
    known = Remembered(len)
    longest = "A" * remembered.SHORT
    assert known[longest] == len(longest)
    assert known[longest + "A"] == len(longest) + 1
    assert list(known) == [longest]


def test_no_more_than_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST", 2)
    known = Remembered(str.lower)
    for text in ("A", "B", "C", "A", "B", "C"):
        assert known[text] == text.lower()
        assert len(known) <= 2


def test_an_error_is_not_kept() -> None:
    known = Remembered(int)
    for _ in range(2):
        with pytest.raises(ValueError, match="invalid literal"):
            known["A*01"]
    assert not known
