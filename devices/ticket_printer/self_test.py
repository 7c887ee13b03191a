"""The slip of a printer's self-test: Chinese, rare characters, sizes, a QR code, the cut."""

from __future__ import annotations

from devices.base import Sentence
from devices.ticket_printer.slip import Slip

__all__ = ["ASK", "probe_slip"]

#: What a person should have seen.
ASK = Sentence(
    "应打出一张自检小票：号码 TEST；“写”一行的 䶮 ḿ 龴 ︐ 和“画”一行的 𬭛 清楚，没有方框或问号；"
    "二维码可扫出 SELF-TEST；如配置了徽标、蜂鸣和副本也应出现；并已按设置切纸。",
    "A test slip came out: number TEST; the characters 䶮 ḿ 龴 ︐ (written) and 𬭛 (drawn) are "
    "clear, without boxes or question marks; the QR code reads SELF-TEST; logo, beeps and copies "
    "as configured; and the paper was cut as configured.",
)


def probe_slip() -> Slip:
    """Return the slip. 䶮 is two bytes; ḿ 龴 ︐ were given new codes in 2022; 𬭛 is drawn."""
    return Slip(
        number="TEST",
        hall_zh="取号小票打印机自检",
        hall_en="Ticket printer self-test",
        item_zh="写：一二三 䶮 ḿ 龴 ︐ abc",
        item_en="Written: 䶮 abc",
        title_zh="画：一二三 𬭛 abc",
        title_en="Drawn: 𬭛 abc",
        issued="----------",
        papers_zh=("税务登记证件", "身份证件"),
        qr="SELF-TEST",
    )
