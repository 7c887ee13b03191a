"""Libraries of Debian's own Python, beside an environment that has none of its others."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from devices.debian_library import debian_module
from devices.errors import DeviceUnavailable


def test_a_module_of_the_environment_comes_first() -> None:
    assert debian_module("json", "python3-none") is sys.modules["json"]


def test_a_package_is_found_in_debians_folder_with_what_lies_in_it(
    tmp_path: Path,
) -> None:
    package = tmp_path / "lamphouse"
    package.mkdir()
    (package / "__init__.py").write_text("from lamphouse.bulb import WATTS\n")
    (package / "bulb.py").write_text("WATTS = 60\n")
    try:
        assert debian_module("lamphouse", "python3-lamphouse", [str(tmp_path)]).WATTS == 60
    finally:
        sys.modules.pop("lamphouse", None)
        sys.modules.pop("lamphouse.bulb", None)
    assert str(tmp_path) not in sys.path


def test_what_is_missing_names_debians_package() -> None:
    with pytest.raises(DeviceUnavailable, match="apt-get install python3-lamphouse") as caught:
        debian_module("lamphouse", "python3-lamphouse", [])
    assert "apt-get install python3-lamphouse" in caught.value.zh


def test_one_that_was_built_for_another_python_is_missing(tmp_path: Path) -> None:
    package = tmp_path / "lamphouse"
    package.mkdir()
    (package / "__init__.py").write_text("from lamphouse import _compiled\n")
    with pytest.raises(DeviceUnavailable, match="python3-lamphouse"):
        debian_module("lamphouse", "python3-lamphouse", [str(tmp_path)])
    assert "lamphouse" not in sys.modules
