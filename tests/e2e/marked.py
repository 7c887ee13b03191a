"""The marked people: made up, with names, addresses and numbers that stand nowhere else.

Their numbers are right by their check character and nobody has them: regions that are none (99,
84, 93). Names have characters of three sorts of coding: of GB2312, of GB18030 alone, and one beyond
the Basic Multilingual Plane, which takes two places on a card.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from devices.card_reader.card import decode
from devices.card_reader.gb11643 import check_character

__all__ = ["APPOINTMENT_CODE", "PEOPLE", "PHOTO", "Marked", "marks"]

#: Held before a scanner; the list of appointments has it, nothing else may.
APPOINTMENT_CODE = "YY-90817263"
#: The beginning of every marked photo: what a card's face is.
_FACE = bytes((37 * at * at + 11 * at) % 251 for at in range(96))
#: As long as a real one (1,024 bytes).
PHOTO = (b"WLf" + _FACE * 11)[:1024]


@dataclass(frozen=True, slots=True)
class Marked:
    """Somebody, by what stands on the card: (byte, length, text) as in the card's document."""

    key: str
    fields: tuple[tuple[int, int, str], ...]
    #: Parts of the fields that nothing else has: what is searched for.
    words: tuple[str, ...]
    number: str
    #: ``YYYYMMDD``.
    birth: str
    more: tuple[str, ...] = field(default=())

    @property
    def block(self) -> bytes:
        """The card's 256 bytes of text."""
        data = bytearray(b" \x00" * 128)
        for at, length, text in self.fields:
            coded = text.encode("utf-16-le")
            assert len(coded) <= length, (self.key, text)
            data[at : at + len(coded)] = coded
        decode(bytes(data))
        return bytes(data)


def _numbered(body: str) -> str:
    return body + check_character(body)


_OLD = _numbered("99010319411123731")
_YOUNG = _numbered("99020719870619842")
_THIRD = _numbered("99040219930817265")
_TAIWAN = _numbered("84000019391107516")
_FOREIGN = _numbered("93199919380226407")
_UTOPIAN = "UTO739150482617"

PEOPLE = (
    Marked(
        "old",
        (
            (0, 30, "龘靐\U00020bb7犇骉"), (30, 2, "2"), (32, 4, "08"), (36, 16, "19411123"),
            (52, 70, "虚构省龖龗羴市鱻麤路玖仟叁佰柒拾贰号"), (122, 36, _OLD),
            (158, 30, "龖龗羴市公安局鱻麤分局"), (188, 16, "20030214"), (204, 16, "长期"),
        ),
        ("龘靐\U00020bb7", "\U00020bb7犇骉", "龖龗羴", "鱻麤路玖仟", "叁佰柒拾贰号", "鱻麤分局"),
        _OLD, "19411123", ("20030214",),
    ),
    Marked(
        "young",
        (
            (0, 30, "欧阳嬲槑彧"), (30, 2, "1"), (32, 4, "01"), (36, 16, "19870619"),
            (52, 70, "虚构省甪嘦县囧圐圙镇巭孬村柒佰陆拾伍号"), (122, 36, _YOUNG),
            (158, 30, "甪嘦县公安局"), (188, 16, "20130527"), (204, 16, "20530527"),
        ),
        ("欧阳嬲槑", "嬲槑彧", "甪嘦县", "囧圐圙", "巭孬村", "柒佰陆拾伍号"),
        _YOUNG, "19870619", ("20130527", "20530527"),
    ),
    Marked(
        "third",
        (
            (0, 30, "尉迟烎煋燚"), (30, 2, "2"), (32, 4, "01"), (36, 16, "19930817"),
            (52, 70, "虚构省朤朥州氵淼㵘区沝沝街捌佰肆拾陆号"), (122, 36, _THIRD),
            (158, 30, "朤朥州公安局"), (188, 16, "20170311"), (204, 16, "20470311"),
        ),
        ("尉迟烎", "烎煋燚", "朤朥州", "淼㵘区", "捌佰肆拾陆号"),
        _THIRD, "19930817", ("20170311", "20470311"),
    ),
    Marked(
        "taiwan",
        (
            (0, 30, "諸葛龑昊"), (30, 2, "1"), (36, 16, "19391107"),
            (52, 70, "虚构省垚垚市焱焱路伍佰壹拾玖号"), (122, 36, _TAIWAN),
            (158, 30, "垚垚市公安局"), (188, 16, "20210619"), (204, 16, "20260619"),
            (220, 18, "Y74190263"), (238, 4, "03"), (248, 2, "J"),
        ),
        ("諸葛龑", "垚垚市", "焱焱路", "伍佰壹拾玖号", "Y74190263"),
        _TAIWAN, "19391107", ("20210619", "20260619"),
    ),
    Marked(
        "foreigner",
        (
            (0, 30, "维赫特尔勐"), (30, 2, "2"), (36, 16, "19380226"),
            (52, 70, "QWYXTHORNE, VELMORIE ZEPHANKA BJOR"), (122, 36, _FOREIGN),
            (188, 16, "20240709"), (204, 16, "20340709"), (220, 22, "GQVIST"), (242, 6, "UTO"),
            (248, 2, "Y"),
        ),
        ("QWYXTHORNE", "VELMORIE", "ZEPHANKA", "维赫特尔", "特尔勐"),
        _FOREIGN, "19380226", ("20240709", "20340709"),
    ),
    Marked(
        "utopian",
        (
            (0, 120, "KRZYXOWIAK, BRUNHJALDA"), (120, 2, "2"), (122, 30, _UTOPIAN), (152, 6, "UTO"),
            (158, 30, "克日兹沃雅"), (188, 16, "20190823"), (204, 16, "20290822"),
            (220, 16, "19610304"), (248, 2, "I"),
        ),
        ("KRZYXOWIAK", "BRUNHJALDA", "克日兹沃", "UTO739150482617", "739150482617"),
        _UTOPIAN, "19610304", ("20190823", "20290822"),
    ),
)  # fmt: skip


def marks() -> dict[str, str]:
    """Return what must stand nowhere: ``person:what`` -> text."""
    found = {f"appointment:{APPOINTMENT_CODE}": APPOINTMENT_CODE}
    for one in PEOPLE:
        number = one.number
        texts = [*one.words, number, number[:-1], one.birth, *one.more]
        if number[:6].isdigit():
            # The day of birth with what follows it is as good as the number.
            texts += [number[6:], number[6:-1], f"{number[:6]}{number[6:14]}"]
        for day in (one.birth, *one.more):
            texts += [f"{day[:4]}-{day[4:6]}-{day[6:]}", f"{day[:4]}.{day[4:6]}.{day[6:]}"]
            texts += [f"{day[:4]}年{int(day[4:6])}月{int(day[6:])}日"]
        found |= {f"{one.key}:{text}": text for text in texts}
    return found
