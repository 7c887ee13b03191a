"""Pages into one PDF/A-2b (ISO 19005-2): each JPEG as it is, without another loss.

Such a file needs no fonts here: a page is one picture. What makes it PDF/A is that its colours are
defined (an output intent with an sRGB profile, clause 6.2.3), its metadata say so in XMP (6.6.2,
6.6.4) and agree with what older readers look at, and nothing in it is encrypted or runs.

Written here, for img2pdf 0.6 takes 0.3 s and 20 MB to import, leaves the title out of the XMP that
must agree with it, and does not mark the XMP as such.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from xml.sax.saxutils import escape

from devices.scanner.jpeg import NoJpeg, jpeg_head
from devices.scanner.pages.colours import srgb_profile
from devices.scanner.pages.errors import PageError

__all__ = ["pdf_a"]

_PRODUCER = "hall-controller"
_POINTS = 72.0
_SPACES = {1: b"/DeviceGray", 3: b"/DeviceRGB"}
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<pdf:Producer>{producer}</pdf:Producer>
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


def pdf_a(pages: Sequence[bytes], dpi: int | Sequence[int], title: str) -> bytes:
    """Return a PDF/A-2b of JPEG pages, grey or in colour (YCbCr).

    ``dpi`` says how large they are: one for all, or one for each. ``title`` is seen by whoever has
    the file: a document's number, never a person's name. No date stands in it: the same pages make
    the same bytes. Raises ``PageError`` (``page_damaged``) for what is no such JPEG.
    """
    if not pages:
        raise ValueError("a PDF has at least one page")
    each = [dpi] * len(pages) if isinstance(dpi, int) else list(dpi)
    file = _File()
    catalog, tree, info = file.number(), file.number(), file.number()
    meta, profile = file.number(), file.number()
    kids = [_page(file, tree, jpeg, one) for jpeg, one in zip(pages, each, strict=True)]
    file.put(
        catalog,
        b"<</Type/Catalog/Pages %d 0 R/Metadata %d 0 R/OutputIntents[<</Type/OutputIntent"
        b"/S/GTS_PDFA1/OutputConditionIdentifier(sRGB IEC61966-2.1)/Info(sRGB IEC61966-2.1)"
        b"/DestOutputProfile %d 0 R>>]>>" % (tree, meta, profile),
    )
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    file.put(tree, b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), listed))
    file.put(info, b"<</Title %s/Producer %s>>" % (_text(title), _text(_PRODUCER)))
    xmp = _XMP.format(title=escape(title), producer=escape(_PRODUCER)).encode()
    file.stream(meta, b"/Type/Metadata/Subtype/XML", xmp)
    file.stream(profile, b"/N 3", srgb_profile())
    return file.whole(catalog, info)


def _page(file: _File, tree: int, jpeg: bytes, dpi: int) -> int:
    try:
        head = jpeg_head(jpeg)
        space = _SPACES[head.components]
    except (NoJpeg, KeyError):
        raise PageError("page_damaged") from None
    page, content, picture = file.number(), file.number(), file.number()
    width, height = (_POINTS * side / max(1, dpi) for side in (head.width, head.height))
    file.put(
        page,
        b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.3f %.3f]/Contents %d 0 R"
        b"/Resources<</XObject<</P %d 0 R>>>>>>" % (tree, width, height, content, picture),
    )
    file.stream(content, b"", b"q %.3f 0 0 %.3f 0 0 cm /P Do Q" % (width, height))
    file.stream(
        picture,
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace%s"
        b"/Filter/DCTDecode" % (head.width, head.height, space),
        jpeg,
    )
    return page


def _text(words: str) -> bytes:
    """Return a text string (ISO 32000-1, 7.9.2.2) in hexadecimal digits: none needs an escape."""
    return b"<" + (b"\xfe\xff" + words.encode("utf-16-be")).hex().encode() + b">"


class _File:
    """The objects of a PDF by number, written one after another (ISO 32000-1, 7.5)."""

    def __init__(self) -> None:
        # A comment of four bytes above 127 says that the file is not text (ISO 19005-2, 6.1.2).
        self._out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self._places: dict[int, int] = {}
        self._last = 0

    def number(self) -> int:
        self._last += 1
        return self._last

    def put(self, number: int, content: bytes) -> None:
        self._places[number] = len(self._out)
        self._out += b"%d 0 obj\n%s\nendobj\n" % (number, content)

    def stream(self, number: int, keys: bytes, content: bytes) -> None:
        self._places[number] = len(self._out)
        self._out += b"%d 0 obj\n<<%s/Length %d>>\nstream\n" % (number, keys, len(content))
        self._out += content
        self._out += b"\nendstream\nendobj\n"

    def whole(self, catalog: int, info: int) -> bytes:
        table = len(self._out)
        name = hashlib.sha256(self._out).hexdigest()[:32].encode()
        self._out += b"xref\n0 %d\n0000000000 65535 f \n" % (self._last + 1)
        for number in range(1, self._last + 1):
            self._out += b"%010d 00000 n \n" % self._places[number]
        self._out += b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\n" % (
            *(self._last + 1, catalog, info),
            *(name, name),
        )
        self._out += b"startxref\n%d\n%%%%EOF\n" % table
        return bytes(self._out)
