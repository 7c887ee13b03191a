"""Plays a network scanner with a glass plate and a feeder, by eSCL over HTTP, from its document.

Source: Mopria eSCL Specification 2.9x. It knows ``ScannerCapabilities``, ``ScannerStatus``,
``ScanJobs`` and a job's ``NextDocument`` (404 ends it), and takes its deletion. One connection at a
time, as sane-airscan makes them. What lies on it are made-up papers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from devices.scanner.made_up_pages import page_jpeg
from devices.simulator import Simulator, UnknownFault, UnknownKey

__all__ = ["EsclSimulator"]

_NAMESPACES = (
    'xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" '
    'xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"'
)
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_RESOLUTIONS = (75, 150, 200, 300, 600)
#: In 300ths of an inch: A4 and a little more for the glass, longer for the feeder.
_GLASS = (2550, 3508)
_FEEDER = (2550, 4200)
#: Until the feeder has drawn the next paper in; a real one takes a second or two.
_FEED_S = 0.3
_MOST_HEAD = 16_384
_MOST_BODY = 65_536
_REASONS = {200: "OK", 201: "Created", 404: "Not Found", 409: "Conflict", 503: "Unavailable"}
#: Where a JPEG says how large it is: a baseline frame of 8 bits.
_SIZE = re.compile(rb"\xff\xc0\x00[\x0b\x11]\x08(.{4})", re.DOTALL)
_HUGE = bytes.fromhex("EA60 EA60")


@dataclass(slots=True)
class _Job:
    number: int
    feeder: bool
    dpi: int
    colour: bool
    size: tuple[int, int]
    given: int = 0
    over: bool = False


class EsclSimulator(Simulator):
    """One scanner and the papers on it.

    Keys: ``papers`` with how many go into the feeder, ``lay`` puts the next paper on the glass,
    ``take-out`` empties the feeder.

    Faults: ``busy`` (somebody else scans), ``jam`` (in the feeder; ``jam:2`` after two pages),
    ``cover-open``, ``cut`` (the connection breaks within a page), ``hang`` (a page never comes),
    ``no-picture`` (a page is no picture), ``huge`` (a page says it is 60,000 pixels wide).
    """

    faults: ClassVar[tuple[str, ...]] = (
        "busy", "jam", "cover-open", "cut", "hang", "no-picture", "huge",
    )  # fmt: skip

    def __init__(self, name: str, options: Any) -> None:
        super().__init__(name, options)
        self._bytes = b""
        self._connection = 0
        self._job: _Job | None = None
        self._jobs = 0
        self._in_feeder = 0
        self._paper = 0
        self._jam_after = 0
        self._scanned: list[bytes] = []
        self._counts = dict.fromkeys(("pages", "deleted", "asked"), 0)

    # ---- people

    def press(self, key: str, value: int | None = None) -> None:
        """Put papers in, or take them out. Raises ``UnknownKey``."""
        name = key.replace("-", "_")
        if name == "papers" and value is not None and 1 <= value <= 100:
            self._in_feeder = value
        elif name == "lay" and value is None:
            self._paper += 1
        elif name == "take_out" and value is None:
            self._in_feeder = 0
        else:
            raise UnknownKey("papers 1..100, lay, take-out")

    def fault(self, name: str, *, active: bool = True) -> None:
        """Begin or end a fault; ``jam`` may have a number. Raises ``UnknownFault``."""
        kind, _, number = name.partition(":")
        if number and (kind != "jam" or not number.isdecimal()):
            raise UnknownFault(name)
        if kind == "jam":
            self._jam_after = int(number or 0)
        super().fault(kind, active=active)

    def seen(self) -> Mapping[str, Any]:
        """How much lies in the feeder, and what was scanned."""
        job = self._job
        last = {} if job is None else {"dpi": job.dpi, "colour": job.colour, "feeder": job.feeder}
        return {"in_feeder": self._in_feeder, "jobs": self._jobs, **self._counts, "last": last}

    def save_pictures(self, folder: Path) -> list[Path]:
        """Write the pages that were scanned since the last call."""
        from io import BytesIO

        from PIL import Image

        paths: list[Path] = []
        for page in self._scanned:
            path = folder / f"{self.name}-{self._counts['pages']}-{len(paths) + 1}.png"
            Image.open(BytesIO(page)).save(path)
            paths.append(path)
        self._scanned.clear()
        return paths

    # ---- HTTP

    def plugged(self) -> None:
        """A new connection."""
        self._bytes = b""
        self._connection += 1

    def feed(self, data: bytes) -> None:
        """Answer each request that ``data`` completes."""
        self._bytes += data
        while True:
            head, mark, rest = self._bytes.partition(b"\r\n\r\n")
            if not mark:
                if len(self._bytes) > _MOST_HEAD:
                    self._bytes = b""
                return
            said = re.search(rb"(?im)^content-length:[ \t]*(\d{1,6})[ \t]*\r?$", head)
            length = int(said[1]) if said else 0
            if length > _MOST_BODY:
                self._bytes = b""
                return
            if len(rest) < length:
                return
            body, self._bytes = rest[:length], rest[length:]
            self._counts["asked"] += 1
            first = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
            if len(first) == 3:
                self._answer(first[0], first[1].removeprefix("/eSCL/"), body.decode("latin-1"))

    def _answer(self, verb: str, page: str, body: str) -> None:
        job = self._job
        current = f"ScanJobs/{job.number}" if job is not None else ""
        match verb, page:
            case "GET", "ScannerCapabilities":
                self._say(200, _capabilities().encode())
            case "GET", "ScannerStatus":
                self._say(200, self._status().encode())
            case "POST", "ScanJobs":
                self._begin(body)
            case "GET", _ if job is not None and page == f"{current}/NextDocument":
                if job.feeder and job.given:
                    asked = self._connection
                    self.later(_FEED_S, lambda: self._fed(job, asked))
                else:
                    self._next(job)
            case "DELETE", _ if job is not None and page == current:
                job.over = True
                self._counts["deleted"] += 1
                self._say(200)
            case _:
                self._say(404)

    def _say(self, status: int, body: bytes = b"", kind: str = "text/xml", more: str = "") -> None:
        head = (
            f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\n{more}Connection: close\r\n\r\n"
        )
        data = head.encode() + body
        if "cut" in self.active_faults and kind == "image/jpeg":
            self.send(data[: len(data) // 2])
            self.hang_up()
            return
        self.send(data)

    # ---- scanning

    def _jammed(self) -> bool:
        job = self._job
        given = job.given if job is not None and job.feeder and not job.over else 0
        return "jam" in self.active_faults and given >= self._jam_after

    def _begin(self, body: str) -> None:
        if "busy" in self.active_faults:
            self._say(503)
            return
        feeder = "<pwg:InputSource>Feeder<" in body
        if (feeder and (not self._in_feeder or self._jammed())) or "cover-open" in (
            self.active_faults
        ):
            self._say(409)
            return
        dpi = _number(body, "XResolution", 300)
        limits = _FEEDER if feeder else _GLASS
        wanted = (_number(body, "Width", limits[0]), _number(body, "Height", limits[1]))
        width, height = (min(a, b) * dpi // 300 for a, b in zip(wanted, limits, strict=True))
        self._jobs += 1
        colour = "RGB24" in body
        self._job = _Job(self._jobs, feeder, dpi, colour, (max(16, width), max(16, height)))
        where = f"Location: http://localhost/eSCL/ScanJobs/{self._jobs}\r\n"
        self._say(201, more=where)

    def _fed(self, job: _Job, asked: int) -> None:
        if self._connection == asked:
            self._next(job)

    def _next(self, job: _Job) -> None:
        if job.over or (not self._in_feeder if job.feeder else job.given):
            self._say(404)
        elif "cover-open" in self.active_faults or (job.feeder and self._jammed()):
            self._say(409)
        elif "hang" in self.active_faults:
            return
        else:
            self._give(job)

    def _give(self, job: _Job) -> None:
        page = page_jpeg(self._paper, job.size, job.dpi, colour=job.colour)
        if "huge" in self.active_faults:
            page = _SIZE.sub(lambda found: found[0][:-4] + _HUGE, page, count=1)
        elif "no-picture" in self.active_faults:
            page = b"no picture at all"
        job.given += 1
        if job.feeder:
            self._in_feeder -= 1
            self._paper += 1
        self._counts["pages"] += 1
        self._scanned = [*self._scanned[-9:], page]
        self._say(200, page, "image/jpeg")

    def _status(self) -> str:
        state = "Processing" if "busy" in self.active_faults else "Idle"
        if "cover-open" in self.active_faults:
            feeder = "ScannerAdfDoorOpen"
        elif self._jammed():
            feeder = "ScannerAdfJam"
        else:
            feeder = "ScannerAdfLoaded" if self._in_feeder else "ScannerAdfEmpty"
        return (
            f"{_XML}<scan:ScannerStatus {_NAMESPACES}><pwg:Version>2.63</pwg:Version>"
            f"<pwg:State>{state}</pwg:State><scan:AdfState>{feeder}</scan:AdfState>"
            "</scan:ScannerStatus>"
        )


def _number(body: str, name: str, otherwise: int) -> int:
    found = re.search(rf"<(?:\w+:)?{name}>(\d{{1,5}})<", body)
    return int(found[1]) if found else otherwise


def _capabilities() -> str:
    def source(size: tuple[int, int]) -> str:
        steps = "".join(
            f"<scan:DiscreteResolution><scan:XResolution>{dpi}</scan:XResolution>"
            f"<scan:YResolution>{dpi}</scan:YResolution></scan:DiscreteResolution>"
            for dpi in _RESOLUTIONS
        )
        return (
            f"<scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>{size[0]}</scan:MaxWidth>"
            f"<scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>{size[1]}</scan:MaxHeight>"
            "<scan:MaxScanRegions>1</scan:MaxScanRegions><scan:SettingProfiles>"
            "<scan:SettingProfile><scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode>"
            "<scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes><scan:DocumentFormats>"
            "<pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat></scan:DocumentFormats>"
            f"<scan:SupportedResolutions><scan:DiscreteResolutions>{steps}"
            "</scan:DiscreteResolutions></scan:SupportedResolutions></scan:SettingProfile>"
            "</scan:SettingProfiles>"
        )

    return (
        f"{_XML}<scan:ScannerCapabilities {_NAMESPACES}><pwg:Version>2.63</pwg:Version>"
        "<pwg:MakeAndModel>Made-up Scan 100</pwg:MakeAndModel>"
        "<pwg:SerialNumber>SIM0001</pwg:SerialNumber>"
        f"<scan:Platen><scan:PlatenInputCaps>{source(_GLASS)}</scan:PlatenInputCaps></scan:Platen>"
        f"<scan:Adf><scan:AdfSimplexInputCaps>{source(_FEEDER)}</scan:AdfSimplexInputCaps>"
        "<scan:FeederCapacity>100</scan:FeederCapacity></scan:Adf></scan:ScannerCapabilities>"
    )
