"""What readers of cards and codes say to people: their health, and why something was refused."""

from __future__ import annotations

from types import MappingProxyType

from devices.base import HealthState, Sentence, Status
from devices.card_reader.reports import CardRefused

__all__ = [
    "OK",
    "SAM_BROKEN",
    "SAM_UNAUTHORISED",
    "TEST_CARD",
    "TEST_REFUSED",
    "refused",
    "unreadable",
]

OK = Status(HealthState.OK, "ok", Sentence("读卡器应答正常。", "The card reader answers."))
SAM_UNAUTHORISED = Status(
    HealthState.FAULT,
    "sam_unauthorised",
    Sentence(
        "读卡器的安全模块（SAM）未经授权，读不了身份证：请更换读卡器。",
        "The reader's security module (SAM) is not authorised and reads no ID card: replace the "
        "reader.",
    ),
)
SAM_BROKEN = Status(
    HealthState.FAULT,
    "sam_broken",
    Sentence(
        "读卡器自检失败：请断电后重新上电，仍不行请更换。",
        "The reader's self-test failed: switch it off and on, else replace it.",
    ),
)
TEST_CARD = Status(
    HealthState.OK,
    "test_card_read",
    Sentence(
        "自检：已读到一张卡，内容未显示、未保留，也未用于业务。",
        "Self-test: a card was read; its content was neither shown nor kept nor used.",
    ),
)
TEST_REFUSED = Status(
    HealthState.WARNING,
    "test_card_refused",
    Sentence(
        "自检：放上的卡没有读成功，请换一张卡再试。",
        "Self-test: the card could not be read; try another one.",
    ),
)

_AGAIN = Sentence(
    "没有读到，请把身份证拿起，重新平放在读卡区。",
    "The card was not read. Please lift it and lay it flat on the reader again.",
)
_OTHER = Sentence(
    "这不是可以读取的证件，请使用居民身份证或居住证。",
    "This is no card that can be read. Please use an ID card or a residence permit.",
)
_AT_THE_COUNTER = Sentence(
    "这张证件的内容无法核对，请到窗口办理。",
    "What is stored on this card cannot be verified. Please ask at a window.",
)

_SAYS = MappingProxyType(
    {
        "select_failed": _AGAIN,
        "read_failed": _AGAIN,
        "garbled": _AGAIN,
        "wrong_card": _OTHER,
        "not_genuine": _AT_THE_COUNTER,
        "bad_data": _AT_THE_COUNTER,
    }
)

#: SW3 -> why a card was refused; any other is a failed reading.
_CODES = MappingProxyType(
    {
        0x31: "not_genuine",
        0x32: "not_genuine",
        0x33: "not_genuine",
        0x40: "wrong_card",
        0x81: "select_failed",
    }
)


def refused(code: str, field: str = "") -> CardRefused:
    """Return the report of a card that was refused."""
    return CardRefused(code, _SAYS[code], field)


def unreadable(state: int) -> CardRefused:
    """Return the report of a card that the reader could not select or read, by its SW3."""
    return refused(_CODES.get(state, "read_failed"))
