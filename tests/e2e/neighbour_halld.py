"""``halld`` of another version: ``python -m tests.e2e.neighbour_halld STEP --config PATH``.

It is the present program whose wire version is ``STEP`` above or below; a newer one (``+1``) has
what ``tests.e2e.newer`` gives it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from firmware_py.core import wire_version

if TYPE_CHECKING:
    from firmware_py.bench.stage import Process

__all__ = ["Programs"]


def main(step: int, arguments: Sequence[str]) -> int:
    """Become another version before anything has the present one, and run."""
    wire_version.WIRE += step
    if step > 0:
        from tests.e2e.newer import become_newer

        become_newer()
    from firmware_py.runtime import halld

    return halld.main(arguments)


class Programs:
    """Starts processes: ``steps`` say, by the name of the Pi, whose daemon is of another version.

    It is looked at at each start.
    """

    def __init__(self, steps: Mapping[str, int]) -> None:
        self._steps = steps

    def begin(self, program: Sequence[str], environment: Mapping[str, str], log: int) -> Process:
        """Start a process as ``tests.warm.begin_warm`` does."""
        from firmware_py.bench.stage import begin
        from tests.warm import begin_warm

        step = self._steps.get(environment.get("HALL_NODE", ""), 0)
        if not step or "firmware_py.runtime.halld" not in program:
            return begin_warm(program, environment, log)
        other = [sys.executable, "-m", "tests.e2e.neighbour_halld", f"{step:+d}", *program[3:]]
        return begin(other, environment, log)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
