"""The watch that every test is under: tests of ``tests/conftest.py``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = Path(__file__).parents[1] / "conftest.py"


@pytest.fixture
def watched(pytester: pytest.Pytester) -> pytest.Pytester:
    """Return an empty project under the same watch, with less patience."""
    source = CONFTEST.read_text(encoding="utf-8")
    source, found = re.subn(r"(?m)^GRACE_S = [\d.]+$", "GRACE_S = 0.2", source)
    assert found == 1
    pytester.makeconftest(source)
    return pytester


def test_a_test_that_leaves_a_thread_fails(watched: pytest.Pytester) -> None:
    watched.makepyfile(
        """
        import threading
        stop = threading.Event()
        def test_leaks():
            threading.Thread(target=stop.wait, name="dev-printer", daemon=True).start()
        """
    )
    result = watched.runpytest_subprocess()
    result.stdout.fnmatch_lines(["*still running: thread dev-printer*"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_test_that_leaves_a_process_fails(watched: pytest.Pytester) -> None:
    watched.makepyfile(
        """
        import subprocess, pytest
        children = []
        @pytest.fixture(scope="session", autouse=True)
        def tidy():
            yield
            for child in children:
                child.kill()
                child.wait()
        def test_leaks():
            children.append(subprocess.Popen(["sleep", "600"]))
        """
    )
    result = watched.runpytest_subprocess()
    result.stdout.fnmatch_lines(["*still running: process * sleep*"])


def test_threads_and_processes_that_were_there_before_the_test_may_stay(
    pytester: pytest.Pytester,
) -> None:
    # With all its patience: a thread that ends at once may be held up.
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8"))
    pytester.makepyfile(
        """
        import subprocess, threading, pytest
        @pytest.fixture(scope="module")
        def broker():
            stop = threading.Event()
            thread = threading.Thread(target=stop.wait)
            thread.start()
            child = subprocess.Popen(["sleep", "600"])
            yield
            child.kill()
            child.wait()
            stop.set()
            thread.join()
        def test_one(broker): pass
        def test_two(broker): threading.Thread(target=int).start()
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=2)
