"""What is remembered is asked for once, is right, and is bounded in number and length."""

import pytest

from parsers.remembered import Remembered, remembered


def test_a_text_is_read_once() -> None:
    asked: list[str] = []

    @remembered
    def read(text: str) -> int:
        asked.append(text)
        return len(text)

    assert [read("A*01:01"), read("A*01:01"), read("B*08")] == [7, 7, 4]
    assert asked == ["A*01:01", "B*08"]


def test_a_long_text_is_read_and_not_kept() -> None:
    known = Remembered(len, short=3)
    assert known["AAA"] == 3
    assert known["AAAA"] == 4
    assert list(known) == ["AAA"]


def test_no_more_than_so_many_are_kept() -> None:
    known = Remembered(str.lower, most=2)
    for text in ("A", "B", "C", "A", "B", "C"):
        assert known[text] == text.lower()
        assert len(known) <= 2


def test_an_error_is_not_kept() -> None:
    known = Remembered(int)
    for _ in range(2):
        with pytest.raises(ValueError, match="invalid literal"):
            known["A*01"]
    assert not known
