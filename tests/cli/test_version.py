"""The version of a program that was never installed: it runs all the same."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from click.testing import CliRunner

from firmware_py.cli import version as command


def not_installed(name: str) -> str:
    raise PackageNotFoundError(name)


def test_run_from_its_source_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\nname = "hall-controller"\nversion = "7.8.9"\n', encoding="utf-8")
    monkeypatch.setattr(command, "installed", not_installed)
    monkeypatch.setattr(command, "_PROJECT", project)
    ran = CliRunner().invoke(command.version, [])
    assert (ran.exit_code, ran.output) == (
        0,
        "hallctl 7.8.9 (run from its source, not installed)\n",
    )
    project.unlink()
    ran = CliRunner().invoke(command.version, [])
    assert ran.output == "hallctl of unknown version (run from its source, not installed)\n"


def test_the_source_itself_says_a_version() -> None:
    assert command._of_the_source(command._PROJECT) is not None
