"""Learning a pad: the program at one end of a pty, a simulated pad and a finger at the other."""

from __future__ import annotations

import queue
import subprocess
import threading
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from devices.pad.profile import load_profile
from devices.registry import convert_options
from devices.simhost import SimHost
from devices.specs import DeviceSpec
from firmware_py.cli.pad_lesson import FIGURES, KEYS, Heard, one_frame
from tests.cli.hallrun import ROOT, Hallctl
from tests.runtime.echo import bench

DEADLINE_S = 60.0
#: What stands on the key that is asked for -> what is pressed on the simulator.
FINGER = {
    "next (call)": ("next", None),
    "recall": ("recall", None),
    "finish (rating begins)": ("finish", None),
    "no-show": ("no-show", None),
    "rating: very satisfied": ("rating", 5),
    "rating: satisfied": ("rating", 4),
    "transfer": ("transfer", None),
    "close the window": ("close", None),
    "enter": ("enter", None),
    "cancel": ("back", None),
    **{f"figure {n}": ("figure", n) for n in range(10)},
}


def learn(
    program: Hallctl,
    arguments: list[str],
    press: Callable[[str, int | None], object],
    keys: set[str],
    *,
    figures: bool = False,
) -> tuple[int, str]:
    """Run ``pads learn``, pressing what it asks for of ``keys``; return its end and its words."""
    child = subprocess.Popen(
        [*program.program, "pads", "learn", *arguments, "--lang", "en"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=program.environment,
        cwd=ROOT,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    names = [name for _, _, _, name in KEYS]
    # After the last command: whether it has figures.
    names += ["figures", *(name for _, _, _, name in FIGURES)] if figures else [""]
    for name in names:
        child.stdin.write(b"\n" if name in keys or name == "figures" else b"s\n")
    child.stdin.close()
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in child.stdout or ():
            lines.put(line.decode())
        lines.put("")

    reader = threading.Thread(target=read, name="reader")
    reader.start()
    said, deadline = "", time.monotonic() + DEADLINE_S
    while line := lines.get(timeout=deadline - time.monotonic()):
        said += line
        for name, (key, value) in FINGER.items():
            if line.strip().endswith((f"Press: {name}", f"Press it again: {name}")):
                press(key, value)
    reader.join(DEADLINE_S)
    child.stdout.close()
    return child.wait(DEADLINE_S), said


def pad(tmp_path: Path, kind: str, **options: object) -> DeviceSpec:
    return DeviceSpec(name="pad", kind=kind, port=str(tmp_path / "pad"), options=options)


def test_an_ff68_pad_is_learned_and_its_profile_loads(tmp_path: Path) -> None:
    spec = pad(tmp_path, "pad.ff68", address=37)
    arguments = ["mine", "--port", str(spec.port), "--address", "37", "--to", str(tmp_path)]
    keys = {"next (call)", "recall", "no-show", "rating: very satisfied"}
    with bench(lambda: SimHost({}, {"pad": spec})) as far:
        code, said = learn(
            Hallctl({}),
            arguments,
            lambda key, value: far.do(lambda host: host.press("pad", key, value)),
            keys,
        )
    assert code == 0, said
    assert 'kind = "pad.profile"' in said
    profile = load_profile(str(tmp_path / "mine.toml"))
    assert profile.acknowledge.how == "echo"
    assert [event.event for event in profile.event] == ["call_next", "recall", "no_show", "rate"]
    # A rating's acknowledgement is another (func 01): an echo does not end its repeats.
    text = (tmp_path / "mine.toml").read_text(encoding="utf-8")
    assert "rating: very satisfied" in text.partition("[acknowledge]")[0]


@pytest.mark.long
def test_figures_are_learned_beside_what_the_same_keys_mean(tmp_path: Path) -> None:
    spec = pad(tmp_path, "pad.profile", profile="one-byte")
    keys = {"next (call)", "transfer", "close the window", "rating: satisfied"}
    keys |= {name for _, _, _, name in FIGURES}
    with bench(lambda: SimHost({}, {"pad": spec})) as far:
        code, said = learn(
            Hallctl({}),
            ["mine", "--port", str(spec.port), "--to", str(tmp_path)],
            lambda key, value: far.do(lambda host: host.press("pad", key, value)),
            keys,
            figures=True,
        )
    assert code == 0, said
    profile = load_profile(str(tmp_path / "mine.toml"))
    assert [one.event for one in profile.event] == ["call_next", "transfer", "close", "rate"]
    assert profile.typing is not None
    assert profile.typing.figures == tuple(f"{0x30 + n:02X}" for n in range(10))
    assert (profile.typing.enter, profile.typing.back) == ("45", "42")


def test_two_explanations_are_refused_with_a_sentence_and_no_file(tmp_path: Path) -> None:
    spec = pad(tmp_path, "pad.ff68", address=1)
    arguments = ["mine", "--port", str(spec.port), "--address", "1", "--to", str(tmp_path)]
    with bench(lambda: SimHost({}, {"pad": spec})) as far:
        code, said = learn(
            Hallctl({}),
            arguments,
            lambda key, value: far.do(lambda host: host.press("pad", key, value)),
            {"next (call)", "recall"},
        )
    assert code == 1
    assert "Bytes 6, 7 are all 1; which is the address?" in said
    assert not (tmp_path / "mine.toml").exists()


def test_a_usb_keypads_keys_are_learned_as_lines_for_the_configuration(tmp_path: Path) -> None:
    options = {"keys": {"F5": "rate 5", "KP2": "recall"}}
    spec = DeviceSpec(
        name="pad", kind="pad.hid", port=f"records:{tmp_path}/keypad", options=options
    )
    with bench(lambda: SimHost({}, {"pad": spec})) as far:
        code, said = learn(
            Hallctl({}),
            ["pad-7", "--port", str(spec.port), "--to", str(tmp_path)],
            lambda key, value: far.do(lambda host: host.press("pad", key, value)),
            {"next (call)", "recall", "rating: very satisfied"},
        )
    assert code == 0, said
    told = tomllib.loads(said[said.index("  [devices.pad-7]") :])["devices"]["pad-7"]
    assert told == {
        "kind": "pad.hid",
        "port": spec.port,
        "options": {
            "layout": "none",
            "keys": {"KPENTER": "call_next", "KP2": "recall", "F5": "rate 5"},
        },
    }
    convert_options("pad.hid", told["options"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Mine"], "small letters"),
        (["mine", "--port", "/dev/hall/none", "--to", "{}"], "no such port"),
        (["mine", "--json", "--to", "{}"], "somebody who presses keys"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, arguments: list[str], words: str) -> None:
    ran = Hallctl({})("pads", "learn", *[one.format(tmp_path) for one in arguments])
    assert ran.code in {1, 2}
    assert words in ran.err


def test_the_list_names_what_ships_in_both_languages() -> None:
    assert "polled caller and rating pad" in Hallctl({})("pads", "list").out
    assert "轮询式呼叫评价器" in Hallctl({})("pads", "list", lang="zh").out


def test_repeats_are_one_frame_and_strangers_none() -> None:
    assert one_frame([b"abc", b"abcabc"]) == Heard(b"abc", 2)
    assert one_frame([b"N"]) == Heard(b"N", 0)
    assert one_frame([b"abc", b"abd"]) is None
