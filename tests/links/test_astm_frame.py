"""A frame byte by byte, worked out by hand and not by the code that it tests (LIS01-A2, section 6.3)."""

import pytest

from instruments.links.astm_frame import Frame, FrameError, read_frame, write_frame

# 31 + 4C + 7C + 31 + 7C + 4E + 0D + 03 = 204, of which the last two digits are sent
LAST_RECORD = b"\x021L|1|N\r\x0304\r"
# 32 + 9 times 7A + 17 = 493
UNFINISHED = b"\x022zzzzzzzzz\x1793\r"


@pytest.mark.parametrize(
    ("raw", "frame"), [(LAST_RECORD, Frame(1, b"L|1|N\r", True)), (UNFINISHED, Frame(2, b"zzzzzzzzz", False))]
)
def test_the_checksum_is_the_sum_modulo_256(raw: bytes, frame: Frame) -> None:
    assert read_frame(raw) == frame
    assert write_frame(frame) == raw + b"\n"


def test_a_sum_that_is_off_by_one_is_refused() -> None:
    with pytest.raises(FrameError, match="the checksum is 05, the bytes sum to 04"):
        read_frame(LAST_RECORD.replace(b"04\r", b"05\r"))
