"""What a card tells in codes: nation (GB/T 3304) and sex (GB/T 2261.1)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["NATIONS", "Nation", "Sex", "nation"]


class Sex(enum.Enum):
    """Code on the card, and its two names."""

    UNKNOWN = ("0", "未知", "unknown")
    MALE = ("1", "男", "male")
    FEMALE = ("2", "女", "female")
    NOT_STATED = ("9", "未说明", "not stated")

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code = code
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class Nation:
    """One of China's nations: two digits, its name without 族, and in letters."""

    code: str
    zh: str
    en: str


# In the standard's order, 01 to 56.
_ROWS = """
汉 Han, 蒙古 Mongol, 回 Hui, 藏 Tibetan, 维吾尔 Uygur, 苗 Miao, 彝 Yi, 壮 Zhuang, 布依 Buyei,
朝鲜 Korean, 满 Manchu, 侗 Dong, 瑶 Yao, 白 Bai, 土家 Tujia, 哈尼 Hani, 哈萨克 Kazak, 傣 Dai,
黎 Li, 傈僳 Lisu, 佤 Va, 畲 She, 高山 Gaoshan, 拉祜 Lahu, 水 Sui, 东乡 Dongxiang, 纳西 Naxi,
景颇 Jingpo, 柯尔克孜 Kirgiz, 土 Tu, 达斡尔 Daur, 仫佬 Mulao, 羌 Qiang, 布朗 Blang, 撒拉 Salar,
毛南 Maonan, 仡佬 Gelao, 锡伯 Xibe, 阿昌 Achang, 普米 Pumi, 塔吉克 Tajik, 怒 Nu, 乌孜别克 Uzbek,
俄罗斯 Russian, 鄂温克 Ewenki, 德昂 Deang, 保安 Bonan, 裕固 Yugur, 京 Gin, 塔塔尔 Tatar,
独龙 Derung, 鄂伦春 Oroqen, 赫哲 Hezhen, 门巴 Monba, 珞巴 Lhoba, 基诺 Jino
"""


def _table() -> dict[str, Nation]:
    found = {}
    for number, row in enumerate(_ROWS.replace("\n", " ").split(","), 1):
        zh, en = row.split()
        found[f"{number:02d}"] = Nation(f"{number:02d}", zh, en)
    # Beside the standard's: what readers' makers have, and the standard's own last two.
    found["57"] = Nation("57", "穿青人", "Chuanqing")
    found["97"] = Nation("97", "其他", "other")
    found["98"] = Nation("98", "外国血统中国籍人士", "Chinese of foreign descent")
    return found


#: Code -> nation.
NATIONS = MappingProxyType(_table())


def nation(code: str) -> Nation:
    """Return the nation of two digits; one that no table has is "other" with its own code.

    Tables of different years differ at their end: nobody is turned away for that.
    """
    return NATIONS.get(code) or Nation(code, "其他", "other")
