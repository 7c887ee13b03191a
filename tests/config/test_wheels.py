"""Everything that a Pi installs is a locked wheel, and the check that says so can say no.

``make wheels`` asks the index about the whole lock and writes down the answers; here that record
is held against the lock. The check itself is played on a folder of files, without a network.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
import zipfile
from pathlib import Path

import pytest

from config.setup import wheels
from config.setup.wheels import Answer, Locked

ROOT = Path(__file__).parents[2]
SETUP = ROOT / "config" / "setup"
LOCKS = ("hall.lock", "test.lock", "uv.lock")
BUILT_FROM_SOURCE = {"pyscard"}


def locked(name: str) -> dict[str, str]:
    text = (SETUP / name).read_text("utf-8")
    return {package.name: package.version for package in wheels.read_lock(text)}


def name_of(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None, requirement
    return match[0].lower()


def test_the_lock_as_it_stands_was_checked_and_each_package_has_its_wheels() -> None:
    head, *lines = (SETUP / "wheels.txt").read_text("utf-8").splitlines()
    lock = (SETUP / "test.lock").read_text("utf-8")
    assert head == f"# {wheels.PLATFORM} {wheels.digest(lock)}", "type: make wheels"
    answers = {line.split("==")[0]: line.split()[1:] for line in lines}
    assert set(answers) == set(locked("test.lock"))
    usual = [f"{python}=wheel" for python in wheels.PYTHONS]
    assert {name: row for name, row in answers.items() if row != usual} == {
        "colorama": ["3.11=not-taken", "3.13=not-taken"],  # a terminal of another system
        "lgpio": ["3.11=wheel", "3.13=not-taken"],  # on 3.13 Debian's package
    }


def test_every_role_and_the_tests_are_locked_but_for_what_is_built_from_source() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    roles = [needs for extra, needs in extras.items() if not extra.endswith("-build")]
    wanted = [*project["dependencies"], *(need for needs in roles for need in needs)]
    assert {name_of(need) for need in wanted} <= set(locked("test.lock"))
    assert not BUILT_FROM_SOURCE & set(locked("test.lock"))
    assert {name_of(n) for e, ns in extras.items() if e.endswith("-build") for n in ns} == {
        *BUILT_FROM_SOURCE, "gpiozero", "lgpio",
    }  # fmt: skip


def test_a_hall_runs_the_versions_that_were_tested() -> None:
    assert locked("hall.lock").items() <= locked("test.lock").items()
    assert not {"pytest", "ruff", "mypy"} & set(locked("hall.lock"))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place_to_fetch_from(name: str) -> None:
    text = (SETUP / name).read_text("utf-8")
    assert not re.search(r"://|^\s*-[-a-z]*(index|find|url)|@ ", text, re.MULTILINE)


def test_a_requirement_without_a_hash_is_no_lock() -> None:
    with pytest.raises(ValueError, match="not a locked package: 'click==8"):
        list(wheels.read_lock("click==8.1\n"))


def put_wheel(folder: Path, tags: str, *, name: str = "bell", version: str = "1.0") -> Locked:
    """Write an empty wheel, and return how a lock would name it."""
    path = folder / f"{name}-{version}-{tags}.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        wheel.writestr(
            f"{info}/WHEEL",
            f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: {tags}\n",
        )
        wheel.writestr(f"{info}/RECORD", "")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Locked(name, version, f"{name}=={version} \\\n    --hash=sha256:{digest}\n")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is all that the installer knows of the world."""
    folder = tmp_path / "index"
    folder.mkdir()
    alone = tmp_path / "uv.toml"
    alone.write_text(f'[pip]\nno-index = true\nfind-links = ["{folder}"]\n', encoding="utf-8")
    monkeypatch.setenv("UV_CONFIG_FILE", str(alone))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return folder


@pytest.mark.parametrize(
    ("tags", "python", "answer"),
    [
        ("cp311-cp311-manylinux_2_28_aarch64", "3.11", Answer.WHEEL),
        ("cp311-cp311-manylinux_2_28_aarch64", "3.13", Answer.NONE),
        ("cp311-cp311-manylinux_2_28_x86_64", "3.11", Answer.NONE),
        ("cp311-cp311-manylinux_2_39_aarch64", "3.11", Answer.NONE),
        ("cp39-abi3-manylinux2014_aarch64", "3.13", Answer.WHEEL),
        ("py3-none-any", "3.13", Answer.WHEEL),
    ],
)
def test_a_wheel_counts_when_it_fits_a_pi(
    index: Path, tags: str, python: str, answer: Answer
) -> None:
    assert wheels.ask(put_wheel(index, tags), python) is answer


def test_a_package_that_this_python_does_not_take_is_told_apart(index: Path) -> None:
    package = put_wheel(index, "cp311-cp311-manylinux_2_28_aarch64")
    marked = package.lines.replace("==1.0", "==1.0 ; python_full_version < '3.13'")
    other = Locked(package.name, package.version, marked)
    assert wheels.ask(other, "3.11") is Answer.WHEEL
    assert wheels.ask(other, "3.13") is Answer.NOT_TAKEN


def test_an_index_that_does_not_answer_is_no_answer(index: Path) -> None:
    package = put_wheel(index, "py3-none-any")
    next(index.iterdir()).unlink()
    with pytest.raises(wheels.NoAnswer, match="bell"):
        wheels.ask(package, "3.11")
