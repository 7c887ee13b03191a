"""From the first byte to the size of the desktop: versions 3.3, 3.7 and 3.8, and the security.

RFC 6143 7.1 to 7.3; VeNCrypt: rfbproto.rst.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Generator, Iterable

from kiosk_ui.rfb import protocol
from kiosk_ui.rfb.access import Access, Kind
from kiosk_ui.rfb.des import vnc_response
from kiosk_ui.rfb.errors import RfbError
from kiosk_ui.rfb.framebuffer import Limits, Parser

__all__ = ["TLS", "handshake", "skipped"]

#: Yielded instead of a number of bytes: from here on the stream is TLS.
TLS = -1

_VERSION = re.compile(rb"RFB (\d{3})\.(\d{3})\n")
_VENCRYPT_VERSION = b"\x00\x02"
_SUBTYPES: dict[Kind, int] = {
    "x509-none": protocol.X509_NONE,
    "x509-vnc": protocol.X509_VNC,
    "x509-plain": protocol.X509_PLAIN,
}
_TYPES: dict[Kind, int] = {
    "none": protocol.SECURITY_NONE,
    "vnc": protocol.SECURITY_VNC,
    "x509-none": protocol.SECURITY_VENCRYPT,
    "x509-vnc": protocol.SECURITY_VENCRYPT,
    "x509-plain": protocol.SECURITY_VENCRYPT,
}
#: So much of a reason goes to the log.
_REASON = 200
_AT_ONCE = 65_536


def handshake(
    access: Access, limits: Limits, out: bytearray
) -> Generator[int, bytes, tuple[int, int]]:
    """Yield how many bytes are wanted next, write answers to ``out``; return width and height.

    RfbError for a server that is none, that refuses, or with which there is no allowed security.
    """
    minor = yield from _version(out)
    kind = yield from _kind(access, minor, limits, out)
    if kind in _SUBTYPES:
        kind = yield from _vencrypt(access, out)
    if kind in {"vnc", "x509-vnc"}:
        out += vnc_response(access.password, (yield 16))
    elif kind == "x509-plain":
        user, password = access.user.encode(), access.password.encode()
        out += struct.pack(">II", len(user), len(password)) + user + password
    if kind != "none" or minor == 8:
        yield from _result(kind, minor, limits)
    out += b"\x01"  # ClientInit: others may look as well
    width, height, name = struct.unpack(">HH16xI", (yield 24))
    yield from skipped(name, limits)
    return width, height


def _version(out: bytearray) -> Generator[int, bytes, int]:
    """Return the minor version that both speak: 3, 7 or 8."""
    found = _VERSION.fullmatch((yield 12))
    if found is None:
        raise RfbError("not-rfb")
    said = int(found[1]), int(found[2])
    if said < (3, 3):
        raise RfbError("not-rfb", f"version {said[0]}.{said[1]}")
    # 3.5 was wrongly told by some, and means 3.3; other numbers behind it are own ones of 3.8.
    minor = 8 if said >= (3, 8) else 7 if said == (3, 7) else 3
    out += b"RFB 003.%03d\n" % minor
    return minor


def _kind(
    access: Access, minor: int, limits: Limits, out: bytearray
) -> Generator[int, bytes, Kind]:
    """Return the kind that we like best of those that the server offers."""
    if minor == 3:
        offered = {int.from_bytes((yield 4), "big")}
        if offered == {protocol.SECURITY_INVALID}:
            yield from _refused(limits)
    else:
        count = (yield 1)[0]
        if not count:
            yield from _refused(limits)
        offered = set((yield count))
    for kind in access.kinds:
        if _TYPES[kind] in offered and (minor > 3 or kind not in _SUBTYPES):
            if minor > 3:
                out.append(_TYPES[kind])
            return kind
    raise RfbError("security", f"offered {_listed(offered)}, allowed {', '.join(access.kinds)}")


def _vencrypt(access: Access, out: bytearray) -> Generator[int, bytes, Kind]:
    """Choose a subtype, and begin TLS."""
    version = yield 2
    if version < _VENCRYPT_VERSION:
        raise RfbError("security", f"VeNCrypt {version[0]}.{version[1]}")
    out += _VENCRYPT_VERSION
    if (yield 1)[0]:
        raise RfbError("security", "VeNCrypt 0.2 refused")
    count = (yield 1)[0]
    offered = set(struct.unpack(f">{count}I", (yield 4 * count)))
    for kind in access.kinds:
        if _SUBTYPES.get(kind) in offered:
            break
    else:
        allowed = ", ".join(access.kinds)
        raise RfbError("security", f"VeNCrypt offers {_listed(offered)}, allowed {allowed}")
    out += struct.pack(">I", _SUBTYPES[kind])
    if (yield 1)[0] != 1:
        raise RfbError("tls", "the server has no certificate")
    yield TLS
    return kind


def _result(kind: Kind, minor: int, limits: Limits) -> Parser:
    """SecurityResult."""
    result = int.from_bytes((yield 4), "big")
    if result:
        reason = (yield from _reason(limits)) if minor == 8 else ""
        code = "refused" if kind in {"none", "x509-none"} else "password"
        raise RfbError(code, reason or f"result {result}")


def _refused(limits: Limits) -> Parser:
    raise RfbError("refused", (yield from _reason(limits)))


def _reason(limits: Limits) -> Generator[int, bytes, str]:
    length = int.from_bytes((yield 4), "big")
    if length > limits.text:
        raise RfbError("lies", f"a reason of {length} bytes")
    text = (yield min(length, _REASON)).decode("ascii", "replace")
    return "".join(letter if letter.isprintable() else " " for letter in text)


def skipped(length: int, limits: Limits) -> Parser:
    """Read a text of the server's and forget it: a name or a clipboard may be somebody's own."""
    if length > limits.text:
        raise RfbError("lies", f"a text of {length} bytes")
    while length:
        piece = min(length, _AT_ONCE)
        yield piece
        length -= piece


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(numbers))) or "nothing"
