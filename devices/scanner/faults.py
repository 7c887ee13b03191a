"""What keeps a scanner from working, with the sentences for whoever stands before it.

Some end one scan and say nothing of the device (a feeder is usually empty): they are told to
whoever asked. The others last: they are the device's state until a scan works or ``poll`` sees
their end.
"""

from __future__ import annotations

from types import MappingProxyType

from devices.base import HealthState, Sentence, Status
from devices.errors import DeviceFault

__all__ = ["OF_ONE_SCAN", "OK", "SENTENCES", "ScanFault"]

OK = Status(HealthState.OK, "ok", Sentence("扫描仪正常。", "The scanner is ready."))

SENTENCES = MappingProxyType(
    {
        "cancelled": Sentence("扫描已取消。", "The scan was cancelled."),
        "busy": Sentence(
            "扫描仪正被其他程序或其他电脑使用，请稍候再扫描。",
            "Another program or computer uses the scanner: wait a moment and scan again.",
        ),
        "jammed": Sentence(
            "扫描仪卡纸：请打开输稿器，取出卡住的纸，合上后从未扫描的那一页继续。",
            "Paper is jammed in the scanner: open the feeder, take it out, close it, and go on "
            "with the page that was not scanned.",
        ),
        "no_paper": Sentence(
            "输稿器里没有纸：请放入材料后再扫描。",
            "The feeder is empty: put the papers in and scan again.",
        ),
        "cover_open": Sentence(
            "扫描仪的盖子或输稿器没有关好，请合上后再扫描。",
            "The scanner's cover or feeder is open: close it and scan again.",
        ),
        "no_feeder": Sentence(
            "这台扫描仪没有（双面）自动输稿器：请把材料放在玻璃板上逐页扫描。",
            "This scanner has no such feeder: lay the papers on the glass, one at a time.",
        ),
        "no_flatbed": Sentence(
            "这台扫描仪没有玻璃板：请把材料放进输稿器扫描。",
            "This scanner has no glass plate: put the papers into its feeder.",
        ),
        "no_preview": Sentence(
            "这台扫描仪没有实时预览，请直接扫描。",
            "This scanner has no live preview: scan right away.",
        ),
        "unsupported": Sentence(
            "扫描仪做不了所要求的扫描（颜色、分辨率或幅面）：请换一种设置再扫描。",
            "The scanner cannot scan in this way (colour, resolution or size): choose another.",
        ),
        "too_large": Sentence(
            "这一页太大，内存放不下：请降低分辨率，或改用灰度再扫描。",
            "The page is too large for the memory: scan at a lower resolution, or in grey.",
        ),
        "access_denied": Sentence(
            "没有权限使用扫描仪：请技术人员检查 scanner 用户组，或扫描仪上设置的密码。",
            "The scanner may not be used: have a technician check the group scanner, or a password "
            "that is set on the scanner.",
        ),
        "io_error": Sentence(
            "与扫描仪的通信出错：请检查数据线、网线和电源，再扫描一次。",
            "The talk with the scanner failed: check its cables and power, and scan again.",
        ),
        "no_memory": Sentence(
            "扫描仪的内存不足：请降低分辨率再扫描；仍不行请关机后重新开机。",
            "The scanner is out of memory: scan at a lower resolution; else switch it off and on.",
        ),
        "hung": Sentence(
            "扫描仪没有反应，扫描已中止：请关机后重新开机，再扫描一次。",
            "The scanner stopped answering and the scan was ended: switch it off and on, and scan "
            "again.",
        ),
        "broken": Sentence(
            "扫描程序意外结束：请再扫描一次；反复出现请联系技术人员。",
            "The scanning program ended unexpectedly: scan again; if it recurs, call a technician.",
        ),
    }
)

#: They say how one scan ended, not how the device is.
OF_ONE_SCAN = frozenset(
    {
        "cancelled",
        "busy",
        "no_paper",
        "no_feeder",
        "no_flatbed",
        "no_preview",
        "unsupported",
        "too_large",
    }
)


class ScanFault(DeviceFault):
    """A scan that did not work; ``code`` is one of ``SENTENCES``, which says what to do.

    ``pages`` were whole before it and were handed over.
    """

    def __init__(self, code: str, pages: int = 0) -> None:
        say = SENTENCES[code]
        super().__init__(code, say.zh, say.en)
        self.pages = pages
        self.lasting = code not in OF_ONE_SCAN
