"""Who may import whom: read from the sources, imports inside functions included."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("firmware_py", "devices", "kiosk_ui")
CORE, PORTS = "firmware_py.core", "firmware_py.app.ports"
SETTINGS = "firmware_py.settings"

#: What the pure core may take from the standard library: types of data and arithmetic. Nothing
#: that has a clock, a random source, a file, a thread or a log.
PURE = frozenset({
    "__future__", "bisect", "collections", "collections.abc", "dataclasses", "enum", "functools",
    "heapq", "itertools", "math", "typing",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layer:
    """A package or module, and what of ours it may import beside itself."""

    name: str
    may: tuple[str, ...]
    #: None: any library, and all of the standard library.
    outside: frozenset[str] | None = None


#: The first that fits a module counts, so what is narrow stands first.
LAYERS = (
    Layer(CORE, (), PURE),
    Layer(PORTS, (CORE,), PURE),
    Layer("firmware_py.app", (CORE, PORTS, SETTINGS)),
    Layer("firmware_py.store", (CORE, PORTS)),
    Layer("firmware_py.sync", (CORE, PORTS)),
    Layer("firmware_py.runtime", ("firmware_py", "devices")),
    Layer("firmware_py.cli", ("firmware_py", "devices")),
    Layer("firmware_py.bench", ("firmware_py", "devices")),
    Layer(SETTINGS, (CORE,)),
    Layer("firmware_py", (CORE, SETTINGS, "devices")),
    Layer("devices", ()),
    Layer("kiosk_ui", (CORE,)),
)


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield the dotted name and the file of every module of ours below ``root``."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(module: str, path: Path, known: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield line and full name of all that a module imports, wherever in it the import stands.

    ``from firmware_py import settings`` imports ``firmware_py.settings``, not ``firmware_py``:
    ``known`` tells a module from a name inside one.
    """
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield node.lineno, full if full in known else base


def violations(root: Path) -> list[str]:
    """Return a line for each import below ``root`` that no layer allows."""
    found = []
    known = frozenset(name for name, _ in modules(root))
    for module, path in modules(root):
        layer = next(layer for layer in LAYERS if within(module, layer.name))
        for line, target in imports(module, path, known):
            if any(within(target, ours) for ours in (*PACKAGES, "tests")):
                allowed = any(within(target, name) for name in (layer.name, *layer.may))
            else:
                allowed = layer.outside is None or target in layer.outside
            if not allowed:
                found.append(f"{path.relative_to(root)}:{line}: {module} imports {target}")
    return found


def test_every_import_stays_within_its_layer() -> None:
    assert violations(ROOT) == []


def test_the_walk_sees_the_project() -> None:
    names = {name for name, _ in modules(ROOT)}
    assert {"firmware_py.core.decide", "devices.base", "kiosk_ui"} <= names


def write(tree: Path, file: str, text: str) -> None:
    """Write a module into a project that has nothing else but the ports."""
    for name, content in (("firmware_py/app/ports.py", ""), (file, text)):
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "text", "target"),
    [
        ("firmware_py/core/x.py", "import time", "time"),
        ("firmware_py/core/x.py", "import collections.abc, os.path", "os.path"),
        ("firmware_py/core/x.py", "import msgspec", "msgspec"),
        ("firmware_py/core/x.py", "from firmware_py.app import ports", "firmware_py.app.ports"),
        ("firmware_py/core/x.py", "from ..store import journal", "firmware_py.store"),
        ("firmware_py/core/x.py", "def f():\n    import random", "random"),
        (
            "firmware_py/store/x.py",
            "from firmware_py.sync.client import a",
            "firmware_py.sync.client",
        ),
        (
            "firmware_py/store/x.py",
            "from firmware_py.app.writer import a",
            "firmware_py.app.writer",
        ),
        ("firmware_py/store/x.py", "from firmware_py.app import writer", "firmware_py.app"),
        ("firmware_py/app/x.py", "import firmware_py.store.journal", "firmware_py.store.journal"),
        ("firmware_py/runtime/x.py", "import kiosk_ui.theme", "kiosk_ui.theme"),
        ("firmware_py/cli/x.py", "class A:\n    import tests.helper", "tests.helper"),
        ("devices/pad/x.py", "def f():\n    from firmware_py import core", "firmware_py"),
        ("kiosk_ui/x.py", "import devices.base", "devices.base"),
        (
            "firmware_py/settings/x.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import devices.base",
            "devices.base",
        ),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, file: str, text: str, target: str) -> None:
    write(tmp_path, file, text)
    (line,) = violations(tmp_path)
    assert line.startswith(f"{file}:")
    assert line.endswith(f" imports {target}")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("firmware_py/core/x.py", "from collections.abc import Mapping\nfrom . import model"),
        ("firmware_py/store/x.py", "import sqlite3\nfrom firmware_py.app.ports import Outcome"),
        ("firmware_py/sync/x.py", "def f():\n    from firmware_py.app import ports"),
        ("firmware_py/runtime/x.py", "import devices.base\nimport firmware_py.store.journal"),
        ("devices/pad/x.py", "import serial\nfrom devices.base import Driver"),
        ("kiosk_ui/x.py", "from firmware_py.core.model import State"),
    ],
)
def test_an_allowed_import_passes(tmp_path: Path, file: str, text: str) -> None:
    write(tmp_path, file, text)
    assert violations(tmp_path) == []
