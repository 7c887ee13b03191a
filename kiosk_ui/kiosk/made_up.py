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
    ("蔬菜流通环节免征增值税", "VAT exemption for vegetables in trade"),
    ("种子种苗农药农机批发零售免征增值税",
     "VAT exemption for trade in seeds, pesticides and farm machines"),
    ("残疾人个人提供服务免征增值税", "VAT exemption for services of disabled persons"),
    ("殡葬服务免征增值税", "VAT exemption for funeral services"),
    ("农业机耕排灌等服务免征增值税",
     "VAT exemption for ploughing, irrigation and similar services"),
    ("个人转让著作权免征增值税", "VAT exemption for the transfer of copyright by individuals"),
    ("技术转让技术开发免征增值税", "VAT exemption for technology transfer and development"),
    ("一年期以上人身保险免征增值税", "VAT exemption for life insurance over one year"),
    ("农户和小微企业融资担保收入免征增值税",
     "VAT exemption for loan guarantees for farmers and small businesses"),
    ("跨境应税行为免征增值税", "VAT exemption for cross-border services"),
    ("重点群体创业扣减增值税", "VAT deduction for businesses of priority groups"),
    ("软件产品增值税即征即退", "VAT refund upon payment for software products"),
    ("飞机维修劳务增值税即征即退", "VAT refund upon payment for aircraft maintenance"),
    ("民族自治地方减免企业所得税", "Corporate income tax reduction in ethnic autonomous areas"),
    ("固定资产加速折旧", "Accelerated depreciation of fixed assets"),
    ("集成电路生产企业定期减免企业所得税",
     "Fixed-term corporate income tax relief for chip manufacturing"),
    ("技术转让所得减免企业所得税", "Corporate income tax relief for technology transfer"),
    ("种植养殖业保费收入减计企业所得税",
     "Reduced taxable income from crop and livestock insurance"),
    ("合伙创投企业法人合伙人投资抵扣",
     "Deduction for corporate partners of venture capital partnerships"),
    ("居民企业股息红利收入免征企业所得税",
     "Corporate income tax exemption for dividends between resident companies"),
    ("非居民企业享受税收协定待遇", "Tax treaty benefits for non-resident companies"),
    ("上市公司股权激励单独计税", "Separate taxation of share incentives of listed companies"),
    ("个人转让满五年唯一住房免征个人所得税",
     "Individual income tax exemption for the sale of the only home after five years"),
    ("个人购买家庭唯一住房减征契税", "Deed tax reduction for the only home of a family"),
    ("房屋被征收重新承受住房减免契税", "Deed tax relief for a new home after expropriation"),
    ("企业改制重组承受房屋土地免征契税", "Deed tax exemption in company restructuring"),
    ("农民专业合作社农产品买卖合同免征印花税",
     "Stamp tax exemption for farm produce contracts of farmers' cooperatives"),
    ("非营利性医疗机构自用房产免征房产税",
     "Property tax exemption for non-profit medical institutions"),
    ("老年服务机构自用房产免征房产税", "Property tax exemption for care homes for the elderly"),
    ("物流企业大宗商品仓储用地减征城镇土地使用税",
     "Land-use tax reduction for bulk storage of logistics enterprises"),
    ("城市公交站场客运站场免征城镇土地使用税", "Land-use tax exemption for bus and coach stations"),
    ("个人销售住房免征土地增值税", "Land appreciation tax exemption for homes sold by individuals"),
    ("专用作业车辆免征车辆购置税", "Vehicle purchase tax exemption for special-purpose vehicles"),
    ("挂车减半征收车辆购置税", "Half vehicle purchase tax for trailers"),
    ("衰竭期矿山减征资源税", "Resource tax reduction for mines near exhaustion"),
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
        _item(f"C{n:03}", "benefits", zh, en, "", _ONLINE, 3)
        for n, (zh, en) in enumerate(_RELIEF, 1)
    ),
]
