"""What the kinds of devices (``devices.kinds``) name, imported when first needed.

A library that is missing breaks only the devices that need it. A kind that is not in the table
stops the start with a sentence that lists the ones that are. Nothing here ever chooses a
simulator: only the simulator host loads those.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from devices.base import Driver, Kind, Sentence
from devices.errors import DeviceFault, DeviceUnavailable
from devices.kinds import ALL_KINDS
from devices.masking import Mask
from devices.simulator import Simulator

__all__ = [
    "KINDS",
    "UnknownKind",
    "cannot_write",
    "check_files",
    "check_texts",
    "convert_options",
    "explain",
    "kind",
    "load_driver",
    "load_options",
    "load_simulator",
    "mask_of",
    "usual_line",
]

#: All kinds by name.
KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in ALL_KINDS})

#: Which extra of the distribution brings a library (by its import name).
_EXTRAS = MappingProxyType(
    {
        "escpos": "printer",
        "PIL": "printer",
        "segno": "printer",
        "gpiozero": "gpio",
        "lgpio": "gpio",
        "pymodbus": "modbus",
    }
)


class UnknownKind(ValueError):
    """A configuration names a kind that does not exist; ``name`` is what it said."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is not a kind of device; known: {', '.join(sorted(KINDS))}")
        self.name = name


def kind(name: str) -> Kind:
    """Return the table's entry. Raises ``UnknownKind``."""
    try:
        return KINDS[name]
    except KeyError:
        raise UnknownKind(name) from None


def load_driver(which: Kind | str) -> type[Driver]:
    """Import the kind's driver. Raises ``DeviceUnavailable`` when a library is missing."""
    found: type[Driver] = _load(which, "driver", Driver)
    return found


def load_options(which: Kind | str) -> type[msgspec.Struct]:
    """Import the kind's options type. Raises ``DeviceUnavailable`` when a library is missing."""
    found: type[msgspec.Struct] = _load(which, "options", msgspec.Struct)
    return found


def load_simulator(which: Kind | str) -> type[Simulator]:
    """Import the kind's simulator. Raises ``DeviceUnavailable`` when a library is missing."""
    found: type[Simulator] = _load(which, "simulator", Simulator)
    return found


def convert_options(which: Kind | str, raw: Mapping[str, Any] | msgspec.Struct) -> msgspec.Struct:
    """Check ``raw`` settings against the kind's options; options pass through as they are.

    Raises ``msgspec.ValidationError`` (it names the field and what is wrong with it).
    """
    wanted = load_options(which)
    if isinstance(raw, wanted):
        return raw
    if isinstance(raw, msgspec.Struct):
        raise TypeError(f"expected {wanted.__name__}, got {type(raw).__name__}")
    return msgspec.convert(dict(raw), wanted)


def check_files(which: Kind | str, options: object) -> dict[str, str]:
    """Return what is wrong with the files that the options name: option -> words, one a line."""
    entry = which if isinstance(which, Kind) else kind(which)
    wrong: dict[str, str] = {}
    for option, place in entry.files.items():
        named = getattr(options, option)
        if not named:
            # The kind's own choice, which it ships.
            continue
        try:
            _attribute(place)(named)
        except ModuleNotFoundError:
            # A missing library is said when the device is opened.
            continue
        except (ValueError, OSError) as error:
            wrong[option] = str(error)
    return wrong


def cannot_write(which: Kind | str, text: str) -> Sentence | None:
    """Say why a display of this kind cannot show ``text``; None when it can.

    None too for a kind of which nothing is known: what is no display writes nothing.
    """
    entry = which if isinstance(which, Kind) else kind(which)
    if not entry.charset:
        return None
    try:
        _attribute(entry.charset).encode(text)
    except DeviceFault as error:
        return Sentence(error.zh, error.en)
    return None


def check_texts(
    which: Kind | str, options: object, *, number: str, windows: Iterable[str]
) -> dict[str, Sentence]:
    """Return which of a display's own words it cannot show, by their names in ``texts``.

    ``number`` is a ticket's; ``windows`` are the numbers or names that it will have to show.
    """
    words = getattr(options, "words", None)
    wrong: dict[str, Sentence] = {}
    if words is None:
        return wrong
    for window in windows:
        for name, text in words.samples(number, window):
            why = cannot_write(which, text)
            if why is not None:
                wrong.setdefault(name, why)
    return wrong


def explain(
    which: Kind | str,
    data: bytes,
    *,
    answers: bool = False,
    options: Mapping[str, Any] | None = None,
) -> list[str]:
    """Return what bytes of a trace mean, one line a frame; nothing for a kind that cannot say.

    ``answers``: what came from the device, not what went to it. ``options`` are the device's, as
    a trace's head has them.
    """
    entry = which if isinstance(which, Kind) else kind(which)
    if not entry.explain:
        return []
    more = {"options": options} if entry.explain_by_options else {}
    told: list[str] = _attribute(entry.explain)(data, answers=answers, **more)
    return told


def usual_line(which: Kind | str, raw: Mapping[str, Any] | msgspec.Struct) -> dict[str, Any]:
    """Return the line settings that a device with these options usually has.

    Options that are wrong, or whose file is, have the kind's: they are refused elsewhere.
    """
    entry = which if isinstance(which, Kind) else kind(which)
    if entry.line_of:
        with contextlib.suppress(ValueError, TypeError, OSError, DeviceUnavailable):
            found: dict[str, Any] = _attribute(entry.line_of)(convert_options(entry, raw))
            return found
    return dict(entry.line)


def mask_of(which: Kind | str) -> Callable[[], Mask] | None:
    """Return what makes the kind's own mask for traces, None for a kind without."""
    entry = which if isinstance(which, Kind) else kind(which)
    if not entry.mask:
        return None
    maker: Callable[[], Mask] = _attribute(entry.mask)
    return maker


def _attribute(place: str) -> Any:
    module_name, _, name = place.partition(":")
    return getattr(importlib.import_module(module_name), name)


def _load(which: Kind | str, part: str, base: type) -> Any:
    entry = which if isinstance(which, Kind) else kind(which)
    module_name, _, attribute = str(getattr(entry, part)).partition(":")
    try:
        found = getattr(importlib.import_module(module_name), attribute)
    except ModuleNotFoundError as error:
        raise DeviceUnavailable(entry.name, *_missing(error.name or module_name)) from error
    if not (isinstance(found, type) and issubclass(found, base)):
        raise TypeError(f"{module_name}:{attribute} is no {base.__name__}")
    return found


def _missing(module: str) -> tuple[str, str]:
    extra = _EXTRAS.get(module.partition(".")[0])
    if extra is None:
        return f"the Python module {module} is missing", f"缺少 Python 模块 {module}"
    by = f"pip install 'hall-controller[{extra}]'"
    return (
        f"the library {module} is missing: install it with {by} (Debian: the role {extra})",
        f"缺少程序库 {module}：请执行 {by}（Debian：安装时选择角色 {extra}）",
    )
