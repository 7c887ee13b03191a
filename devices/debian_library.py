"""Libraries that have no wheels for a Pi: out of the environment, or else out of Debian's folder.

Debian builds ``evdev``, ``smartcard`` and others for its own Python. An environment made from that
Python can use them as they are; the rest of Debian's folder stays out of its path.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType

from devices.errors import DeviceUnavailable

__all__ = ["debian_module"]

#: Where Debian puts modules of its Python, whichever 3.x that is.
FOLDERS = ("/usr/lib/python3/dist-packages",)


def debian_module(name: str, debian_package: str, folders: Sequence[str] = FOLDERS) -> ModuleType:
    """Import ``name``, a module or package at the top. Its own submodules are found beside it.

    Raises ``DeviceUnavailable``, which names ``debian_package``, when it is neither in the
    environment nor in Debian's folder, or was built for another Python.
    """
    with_parent, _, _ = name.partition(".")
    if with_parent != name:
        raise ValueError(f"{name}: name the package, then import from it")
    if name in sys.modules:
        return sys.modules[name]
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise _missing(name, debian_package) from error
    spec = importlib.machinery.PathFinder.find_spec(name, list(folders))
    if spec is None or spec.loader is None:
        raise _missing(name, debian_package)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except ImportError as error:
        # Built for another Python: its compiled part is not found under this one's name.
        del sys.modules[name]
        raise _missing(name, debian_package) from error
    return module


def _missing(name: str, debian_package: str) -> DeviceUnavailable:
    return DeviceUnavailable(
        name,
        f"the library {name} is missing: apt-get install {debian_package}",
        f"缺少程序库 {name}，请执行 apt-get install {debian_package}",
    )
