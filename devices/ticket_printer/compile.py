"""A template becomes bytes once, by python-escpos, in a process of its own.

Importing python-escpos costs 280 to 560 ms and 12.8 MB that never come back (measured: 22.8 MB
before, 35.6 MB after), too much for a daemon that lives in 45 MB and must be ready in 0.5 s. So
``python -m devices.ticket_printer.compile`` imports it, writes the layout commands between the
fields, and ends; what it wrote is kept in a file and found again by a hash of the template, the
options and python-escpos' own version. A ticket is then a join of these pieces: see ``render``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import string
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import msgspec

from devices.errors import DeviceUnavailable
from devices.ticket_printer.chinese import encode
from devices.ticket_printer.codec import FS_AMPERSAND
from devices.ticket_printer.extras import buzz, keyed_logo, numbered_logo
from devices.ticket_printer.options import Options
from devices.ticket_printer.template import LineSpec, Template, logo_file

__all__ = ["CompiledLine", "CompiledTemplate", "Part", "compile_here", "compiled"]

_log = logging.getLogger(__name__)
_FORMAT = b"4"  # counts up when the structures below or what fills them change
_CHILD_TIMEOUT_S = 30.0
#: Fields that every slip has: a line with one of them is never left out.
_ALWAYS = frozenset({"number", "time", "hall", "hall_zh", "item", "item_zh"})


class Part(msgspec.Struct, frozen=True, array_like=True):
    """A constant (``field`` empty) or a field of a line; ``code`` None must be drawn."""

    field: str
    text: str
    code: bytes | None
    #: A field's columns, filled up with spaces: 0 none, negative right-aligned.
    columns: int = 0
    #: What is too long goes on below, in the same columns.
    wraps: bool = False


class CompiledLine(msgspec.Struct, frozen=True, array_like=True):
    """One line: ``before`` and ``after`` are style commands, ``columns`` what fits a line."""

    kind: Literal["text", "qr", "const", "signature"]
    before: bytes
    after: bytes
    parts: tuple[Part, ...]
    columns: int
    #: Left out when all its fields are empty; the others print an empty line then.
    optional: bool
    spec: LineSpec


class CompiledTemplate(msgspec.Struct, frozen=True, array_like=True):
    """A template as bytes: ``start``, the lines, ``end`` (the cut)."""

    start: bytes
    lines: tuple[CompiledLine, ...]
    end: bytes


class _Order(msgspec.Struct):
    template: Template
    options: Options
    #: The logo's file as it is now: another picture of the same name is another template.
    logo: bytes = b""


# Made here, not in a thread: two that decode a type for the first time at once crash msgspec.
_DECODER = msgspec.msgpack.Decoder(CompiledTemplate)
_ORDER_DECODER = msgspec.msgpack.Decoder(_Order)


def compiled(template: Template, options: Options) -> CompiledTemplate:
    """Return the template as bytes, from the kept file or by a child process.

    Raises ``DeviceUnavailable`` where python-escpos is missing or fails, or the logo is no picture.
    """
    order = msgspec.msgpack.encode(_Order(template, options, _logo_digest(options)))
    kept = _cache_file(order)
    try:
        return _DECODER.decode(kept.read_bytes())
    except FileNotFoundError:
        pass
    except (OSError, msgspec.MsgspecError) as error:
        _log.warning("the kept ticket template %s is unusable: %s", kept, error)
    try:
        child = subprocess.run(
            [sys.executable, "-m", "devices.ticket_printer.compile"],
            input=order,
            capture_output=True,
            check=True,
            timeout=_CHILD_TIMEOUT_S,
            cwd=Path(__file__).parents[2],
        )
        result = _DECODER.decode(child.stdout)
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise DeviceUnavailable("python-escpos", " ".join(reason) or "failed") from error
    except (OSError, subprocess.TimeoutExpired, msgspec.MsgspecError) as error:
        raise DeviceUnavailable("python-escpos", str(error)) from error
    _keep(kept, child.stdout)
    return result


def compile_here(template: Template, options: Options) -> CompiledTemplate:
    """Compile in this process: imports python-escpos, for the child and for tests."""
    writer = _Writer(options)
    aligned = writer.start(template.lines[0].align)
    start = FS_AMPERSAND if options.chinese in {"each_ticket", "own_line"} else b""
    if options.chinese == "own_line":
        start += b"\n"
    aligned += _logo(options)
    lines = [writer.line(spec) for spec in template.lines if options.qr or spec.kind != "qr"]
    return CompiledTemplate(start + aligned, tuple(lines), writer.end())


class _Writer:
    """Writes style commands with python-escpos, each only where the style changes.

    A line that may be left out restores the style it found, so that its neighbours need not know.
    A ticket begins and ends in the plain style; the alignment is set once at its start.
    """

    def __init__(self, options: Options) -> None:
        from escpos.printer import Dummy

        self._options = options
        self._printer: Any = Dummy()
        self._style: dict[str, Any] = {"bold": False, "invert": False, "size": (1, 1)}

    def start(self, align: str) -> bytes:
        """Align the first line; from here on the whole style is known."""
        return self._to({"align": align})

    def line(self, spec: LineSpec) -> CompiledLine:
        """Compile one line."""
        columns = self._options.dots // (12 * spec.width)
        found = dict(self._style)
        before = self._to(_style_of(spec))
        after = b""
        parts = _parts(spec.text, self._options)
        fields = {part.field for part in parts if part.field}
        optional = spec.kind == "qr" or (bool(fields) and not fields & _ALWAYS)
        optional = optional or bool(spec.each)
        if spec.when or optional:
            after = self._to(found)
        kind: Literal["text", "qr", "const", "signature"] = "const"
        if spec.kind in {"text", "qr", "signature"}:
            kind = spec.kind
        elif spec.kind == "rule":
            parts = (Part("", "", b"-" * columns + b"\n"),)
        elif spec.kind == "feed":
            self._printer.print_and_feed(spec.feed)
            parts = (Part("", "", self._taken()),)
        return CompiledLine(kind, before, after, parts, columns, optional, spec)

    def end(self) -> bytes:
        """Return to the plain style and cut. GS V 66 feeds to the cutter by itself."""
        plain = self._to({"bold": False, "invert": False, "size": (1, 1)})
        if self._options.cut == "partial":
            self._printer.cut(feed=False)
        elif self._options.cut == "full":
            self._printer.cut(mode="FULL")
        else:
            self._printer.print_and_feed(5)
        return plain + self._taken() + buzz(self._options.buzzer, self._options.beeps)

    def _to(self, wanted: dict[str, Any]) -> bytes:
        for key, value in wanted.items():
            if self._style.get(key) == value:
                continue
            self._style[key] = value
            if key == "size":
                self._printer.set(custom_size=True, width=value[0], height=value[1])
            else:
                self._printer.set(**{key: value})
        return self._taken()

    def _taken(self) -> bytes:
        output: bytes = self._printer.output
        self._printer.clear()
        return output


def _style_of(spec: LineSpec) -> dict[str, Any]:
    style: dict[str, Any] = {"align": spec.align}
    if spec.kind == "text":
        style |= {"size": (spec.width, spec.height), "bold": spec.bold, "invert": spec.invert}
    elif spec.kind in {"rule", "signature"}:
        style |= {"size": (1, 1), "bold": False, "invert": False}
    return style


def _parts(text: str, options: Options) -> tuple[Part, ...]:
    parts: list[Part] = []
    for constant, field, columns, _ in string.Formatter().parse(text):
        if constant:
            code = encode(constant, options.charset, options.chinese == "runs")
            parts.append(Part("", constant, code))
        if field:
            wish = columns or "0"
            width = int(wish.strip(">+"))
            width = -width if wish.startswith(">") else width
            parts.append(Part(field, "", b"", width, wish.endswith("+")))
    return tuple(parts)


def _logo(options: Options) -> bytes:
    """Return the logo's bytes; the line's own alignment is set before."""
    if options.logo_number is not None:
        return numbered_logo(options.logo_number)
    if options.logo_key:
        return keyed_logo(options.logo_key)
    if not options.logo:
        return b""
    from devices.ticket_printer import logo

    return logo.printed(logo.load(options.logo), options.dots)


def _logo_digest(options: Options) -> bytes:
    if not options.logo:
        return b""
    try:
        return hashlib.sha256(logo_file(options.logo).read_bytes()).digest()
    except OSError as error:
        raise DeviceUnavailable(options.logo, f"the logo cannot be read: {error}") from error


def _cache_file(order: bytes) -> Path:
    # CACHE_DIRECTORY is systemd's; it may be writable where the home is not.
    folder = os.environ.get("CACHE_DIRECTORY") or os.environ.get("XDG_CACHE_HOME")
    base = Path(folder) if folder else Path("~/.cache").expanduser()
    digest = hashlib.sha256(_FORMAT + _escpos_version() + order).hexdigest()[:32]
    return base / "hall-controller" / f"ticket-{digest}.bin"


def _escpos_version() -> bytes:
    """Return what tells one python-escpos from another, without importing it."""
    found = importlib.util.find_spec("escpos")
    if found is None or not found.submodule_search_locations:
        raise DeviceUnavailable("python-escpos", "is not installed (extra: printer)")
    return (Path(found.submodule_search_locations[0]) / "version.py").read_bytes()


def _keep(file: Path, data: bytes) -> None:
    new = file.with_suffix(f".{os.getpid()}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(data)
        new.replace(file)
    except OSError as error:
        _log.info("the compiled ticket template cannot be kept: %s", error)


def main() -> None:
    """Read an order from standard input, write the compiled template to standard output."""
    order = _ORDER_DECODER.decode(sys.stdin.buffer.read())
    result = compile_here(order.template, order.options)
    sys.stdout.buffer.write(msgspec.msgpack.encode(result))


if __name__ == "__main__":
    main()
