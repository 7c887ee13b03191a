"""Is every locked dependency there as a file that a 64-bit Pi can install without a compiler?

For each package of the lock and each Python that we support, the installer is asked to plan an
installation from wheels alone, for an aarch64 machine with Debian 12's libc, under the lock's own
hashes. Nothing is installed and only the packages' descriptions are fetched.

The answers are written beside the lock (``wheels.txt``), with the lock's own hash, so that the
tests see without a network that the lock as it stands was checked.

    python config/setup/wheels.py [--lock FILE] [--record FILE]

Ends with 1 when a package has none, naming each.
"""

from __future__ import annotations

import argparse
import enum
import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
LOCK = HERE / "test.lock"
RECORD = HERE / "wheels.txt"
#: Debian 12 has Python 3.11 and libc 2.36, Debian 13 has 3.13 and a newer libc.
PYTHONS = ("3.11", "3.13")
PLATFORM = "aarch64-manylinux_2_36"

_HEAD = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)")


class NoAnswer(RuntimeError):
    """The index could not be asked; says nothing about wheels."""


class Answer(enum.StrEnum):
    """What an installation on a Pi would do."""

    WHEEL = "wheel"
    NONE = "none"
    #: The lock's own marker says that this Python or platform does not take the package.
    NOT_TAKEN = "not-taken"


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of a lock; ``lines`` are its own, with hashes, as they stand there."""

    name: str
    version: str
    lines: str


def read_lock(text: str) -> Iterator[Locked]:
    """Yield the packages of a lock. Raises ValueError on anything without a hash."""
    for block in re.split(r"\n(?=\S)", text.strip()):
        head = _HEAD.match(block)
        if head is None or "--hash=sha256:" not in block:
            raise ValueError(f"not a locked package: {block.splitlines()[0]!r}")
        yield Locked(head["name"], head["version"], block + "\n")


def ask(package: Locked, python: str) -> Answer:
    """Ask the index, as the installer is set up here. Raises ``NoAnswer`` when it does not say."""
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder, "one.lock")
        one.write_text(package.lines, encoding="utf-8")
        uv = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--dry-run", "--no-deps"]
        wish = ["--only-binary", ":all:", "--require-hashes", "--requirements", str(one)]
        where = ["--target", f"{folder}/none", "--python-platform", PLATFORM]
        done = subprocess.run(
            [*uv, *wish, *where, "--python-version", python, "--no-python-downloads"],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    if done.returncode == 0:
        planned = f" + {package.name}=={package.version}" in done.stderr
        return Answer.WHEEL if planned else Answer.NOT_TAKEN
    if "no usable wheels" in done.stderr or "no wheels with a matching" in done.stderr:
        return Answer.NONE
    raise NoAnswer(f"{package.name}: {done.stderr.strip()}")


def survey(lock: str) -> str:
    """Return the record of a lock: its hash, then a line a package with an answer a Python."""
    packages = list(read_lock(lock))
    with ThreadPoolExecutor(max_workers=4) as pool:
        rows = pool.map(lambda p: [f"{v}={ask(p, v)}" for v in PYTHONS], packages)
        lines = [
            " ".join([f"{package.name}=={package.version}", *row])
            for package, row in zip(packages, rows, strict=True)
        ]
    return "\n".join([f"# {PLATFORM} {digest(lock)}", *lines, ""])


def digest(lock: str) -> str:
    """Return the hash by which a record names its lock."""
    return f"sha256:{hashlib.sha256(lock.encode()).hexdigest()}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Survey the lock, write the record, and print what has no wheel."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lock", type=Path, default=LOCK)
    parser.add_argument("--record", type=Path, default=RECORD)
    options = parser.parse_args(arguments)
    record = survey(options.lock.read_text("utf-8"))
    options.record.write_text(record, encoding="utf-8")
    lines = record.splitlines()[1:]
    missing = [line for line in lines if line.endswith("=none") or "=none " in line]
    print(*missing, f"{len(lines)} packages, {len(missing)} without a wheel for a Pi", sep="\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
