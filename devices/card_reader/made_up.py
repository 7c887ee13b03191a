"""People who do not exist, for the bench: the text blocks of their cards.

Their numbers are right by their check character and nobody has them: days of birth before 1900,
the standard's own examples, or a region that is none.
"""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["PEOPLE", "block", "damaged"]

#: Byte, length, what stands there; the document's table, a line a card.
_CARDS: dict[str, tuple[tuple[int, int, str], ...]] = {
    "citizen": (
        (0, 30, "样张甲"),
        (30, 2, "1"),
        (32, 4, "01"),
        (36, 16, "18800101"),
        (52, 70, "示范省样板市测试区虚构路1号"),
        (122, 36, "440524188001010014"),
        (158, 30, "样板市公安局测试分局"),
        (188, 16, "20200101"),
        (204, 16, "长期"),
    ),
    "citizen_2": (
        (0, 30, "样张·乙"),
        (30, 2, "2"),
        (32, 4, "08"),
        (36, 16, "19491231"),
        (52, 70, "示范自治区样板县测试镇虚构村2号"),
        (122, 36, "11010519491231002X"),
        (158, 30, "样板县公安局"),
        (188, 16, "20180630"),
        (204, 16, "20380630"),
    ),
    "compatriot": (
        (0, 30, "样张丙"),
        (30, 2, "1"),
        (36, 16, "18800229"),
        (52, 70, "示范省样板市测试区虚构路3号"),
        (122, 36, "830000188002290016"),
        (158, 30, "样板市公安局"),
        (188, 16, "20230901"),
        (204, 16, "20280901"),
        (220, 18, "X00417263"),
        (238, 4, "01"),
        (248, 2, "J"),
    ),
    "foreigner_2017": (
        (0, 120, "SPECIMEN, ANNA MARIA"),
        (120, 2, "2"),
        (122, 30, "UTO000000101010"),
        (152, 6, "UTO"),
        (158, 30, "样张丁"),
        (188, 16, "20190801"),
        (204, 16, "20290731"),
        (220, 16, "18800101"),
        (248, 2, "I"),
    ),
    "foreigner_2023": (
        (0, 30, "样张戊"),
        (30, 2, "2"),
        (36, 16, "18810203"),
        (52, 70, "SPECIMEN, ANNA MARIA JOSEPHINE OF U"),
        (122, 36, "911999188102030037"),
        (188, 16, "20240101"),
        (204, 16, "20340101"),
        (220, 22, "TOPIA"),
        (242, 6, "UTO"),
        (248, 2, "Y"),
    ),
    # Neither old nor valid any more.
    "citizen_3": (
        (0, 30, "样张己"),
        (30, 2, "1"),
        (32, 4, "01"),
        (36, 16, "19900101"),
        (52, 70, "示范省样板市测试区虚构路6号"),
        (122, 36, "990000199001010017"),
        (158, 30, "样板市公安局测试分局"),
        (188, 16, "20100101"),
        (204, 16, "20200101"),
    ),
    # Nor old, and valid.
    "citizen_4": (
        (0, 30, "样张庚"),
        (30, 2, "2"),
        (32, 4, "01"),
        (36, 16, "19900102"),
        (52, 70, "示范省样板市测试区虚构路7号"),
        (122, 36, "990000199001020020"),
        (158, 30, "样板市公安局测试分局"),
        (188, 16, "20200101"),
        (204, 16, "20400101"),
    ),
}


def block(fields: tuple[tuple[int, int, str], ...]) -> bytes:
    """Return 256 bytes with ``fields`` in their places, all else spaces."""
    data = bytearray(b" \x00" * 128)
    for at, length, text in fields:
        data[at : at + length] = text.ljust(length // 2).encode("utf-16-le")
    return bytes(data)


def damaged(data: bytes) -> bytes:
    """Return a block with a wrong character in its number: a digit, or a digit for a letter."""
    at, flip = (122, 0x60) if data[248:250] == b"I\x00" else (122 + 32, 0x01)
    return data[:at] + bytes((data[at] ^ flip,)) + data[at + 1 :]


#: Name -> text block.
PEOPLE = MappingProxyType({name: block(fields) for name, fields in _CARDS.items()})
