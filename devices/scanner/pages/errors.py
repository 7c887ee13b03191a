"""What can be wrong with a page or a file of pages, in words for whoever holds the paper."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from devices.errors import DeviceFault

__all__ = ["FAULTS", "PageError"]

#: Code -> Chinese, English. Nothing of a page's content ever stands in them.
FAULTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "page_damaged": (
            "图像已损坏，无法读取，请重新扫描。",
            "The picture is damaged and cannot be read; scan the page again.",
        ),
        "page_too_large": (
            "图像尺寸过大，请降低扫描分辨率后重试。",
            "The picture is too large; scan again at a lower resolution.",
        ),
        "page_foreign": (
            "文件不是 PDF、JPEG、TIFF 或 PNG 图像，未处理。",
            "The file is no PDF, JPEG, TIFF or PNG; it was not taken.",
        ),
        "page_locked": (
            "PDF 文件已加密，无法读取，请关闭扫描仪的加密功能后重新扫描。",
            (
                "The PDF is protected and cannot be read; switch the scanner's protection off and "
                "scan again."
            ),
        ),
        "page_too_many": (
            "文件页数过多，请分几次扫描。",
            "The file has too many pages; scan them in several parts.",
        ),
        "page_stays": (
            "扫描文件已读取，但无法删除，请检查文件夹权限并手工删除。",
            (
                "The file was taken but cannot be removed; see to the folder's permissions, "
                "and remove it by hand."
            ),
        ),
        "page_slow": (
            "图像处理超时，已中止，请重新扫描。",
            "Working on the page took too long and was ended; scan the page again.",
        ),
        "page_process": (
            "图像处理程序意外退出，请重试；如仍失败，请联系技术人员。",
            (
                "The program that works on pages ended unexpectedly; try again, or call the "
                "technician."
            ),
        ),
        "page_library": (
            "缺少图像处理程序库，请执行 pip install 'hall-controller[scan]'。",
            "The libraries for pages are missing: pip install 'hall-controller[scan]'.",
        ),
        "pdf_library": (
            "缺少读取 PDF 的程序，请执行 apt-get install poppler-utils。",
            "The program that reads PDF files is missing: apt-get install poppler-utils.",
        ),
    }
)


class PageError(DeviceFault):
    """A page could not be worked on; ``code`` is one of ``FAULTS``."""

    def __init__(self, code: str) -> None:
        zh, en = FAULTS[code]
        super().__init__(code, zh, en)
        # It is the page's, not the device's.
        self.lasting = False
