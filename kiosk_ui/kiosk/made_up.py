"""A made-up hall's catalogue for pictures and tests: the answers of a daemon, in short."""

from __future__ import annotations

from typing import Any

__all__ = ["CATEGORIES", "ITEMS"]

_CATEGORIES = (
    ("registration", "税务登记", "Tax registration", 3, 560),
    ("filing", "申报征收", "Filing and collection", 12, 1510),
    ("benefits", "税收优惠", "Tax benefits", 0, 0),
    ("invoices", "发票办理", "Invoices", 26, 2280),
    ("certificates", "证明开具", "Certificates", 5, 700),
    ("advice", "咨询信用投诉", "Advice, credit and complaints", 1, 95),
    ("documents", "退税与文书", "Refunds and documents", 2, None),
)
CATEGORIES: list[dict[str, Any]] = [
    {"id": id_, "name": {"zh": zh, "en": en}, "waiting": waiting, "wait_s": wait_s}
    for id_, zh, en, waiting, wait_s in _CATEGORIES
]

_BOTH, _ONLINE = ("terminal", "online"), ("online",)
_NAMES: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    ("A01", "新办纳税人套餐", "New taxpayer package", "xbnsrtc", _ONLINE),
    ("A02", "一照一码户登记信息确认", "Confirmation of registration details of a company",
     "yzymhdjxxqr", _ONLINE),
    ("A03", "登记信息变更", "Change of registration details", "djxxbg", _BOTH),
    ("A04", "停业复业登记", "Suspension and resumption of business", "tyfydj", _ONLINE),
    ("B01", "增值税及附加税费申报", "VAT and surcharges return", "zzsjfjsfsb", _BOTH),
    ("B02", "消费税及附加税费申报", "Consumption tax and surcharges return", "xfsjfjsfsb", _BOTH),
    ("B03", "企业所得税预缴申报", "Corporate income tax, advance return", "qysdsyjsb", _ONLINE),
    ("B04", "个人所得税综合所得年度汇算", "Individual income tax, annual reconciliation",
     "grsdszhsdndhs", _ONLINE),
    ("B05", "车辆购置税申报", "Vehicle purchase tax return", "clgzssb", _BOTH),
    ("D01", "发票票种核定", "Approval of invoice types", "fppzhd", _ONLINE),
    ("D02", "发票领用", "Obtaining invoices", "fply", _BOTH),
    ("D03", "发票缴销", "Returning invoices", "fpjx", _ONLINE),
    ("D04", "发票总额度调整", "Adjustment of the invoice allowance", "fpzedtz", _ONLINE),
    ("D05", "代开增值税专用发票", "Special VAT invoice issued on behalf", "dkzzszyfp", _BOTH),
    ("D06", "发票真伪鉴定", "Verification of invoices", "fpzwjd", ()),
    ("E01", "开具税收完税证明", "Tax payment certificate", "kjsswszm", _BOTH),
    ("F01", "涉税政策咨询", "Advice on tax policy", "sszczx", ()),
    ("F02", "纳税信用复评", "Review of a tax credit grade", "nsxyfp", _ONLINE),
    ("G01", "误收多缴退抵税", "Refund of tax paid in error", "wsdjtds", _ONLINE),
)  # fmt: skip
_RELIEF = (
    ("技术先进型服务企业减按15%征收企业所得税",
     "Corporate income tax at 15% for advanced technology services"),
    ("残疾孤老烈属减征个人所得税",
     "Individual income tax reduction for the disabled, lone elderly and martyrs' families"),
    ("小规模纳税人月销售额未超标准免征增值税", "VAT exemption of small taxpayers' monthly sales"),
    ("住房租金专项附加扣除", "Special deduction for housing rent"),
    ("子女教育专项附加扣除", "Special deduction for children's education"),
)  # fmt: skip
_PAPERS = (
    {"zh": "营业执照副本", "en": "Business licence (duplicate)"},
    {"zh": "法定代表人身份证件", "en": "ID document of the legal representative"},
    {"zh": "经办人身份证件", "en": "ID document of the person at the counter"},
    {"zh": "减免税申请核准表", "en": "Application for approval of a tax reduction or exemption"},
    {"zh": "公章", "en": "Company seal"},
)
_OF = {"A": "registration", "B": "filing", "D": "invoices", "E": "certificates", "F": "advice",
       "G": "documents"}  # fmt: skip


def _item(
    id_: str,
    category: str,
    zh: str,
    en: str,
    initials: str,
    elsewhere: tuple[str, ...],
    papers: int,
) -> dict[str, Any]:
    return {
        "id": id_, "category": category, "name": {"zh": zh, "en": en}, "ahead": 12,
        "wait_s": 1510, "papers": list(_PAPERS[:papers]), "elsewhere": list(elsewhere),
        "initials": initials,
    }  # fmt: skip


ITEMS: list[dict[str, Any]] = [
    *(
        _item(id_, _OF[id_[0]], zh, en, initials, elsewhere, 0 if id_ == "F01" else 5 - n % 3)
        for n, (id_, zh, en, initials, elsewhere) in enumerate(_NAMES)
    ),
    *(
        _item(f"C{n + 1:03}", "benefits", *_RELIEF[n % len(_RELIEF)], "", _ONLINE, 3)
        for n in range(40)
    ),
]
