"""``hallctl`` of one version and a daemon of another, as after an update without a restart."""

from __future__ import annotations

import json
from typing import Any

import pytest

from firmware_py.cli.main import main
from firmware_py.cli.other_version import differs
from firmware_py.cli.version import version_number
from firmware_py.core.wire_version import WIRE
from tests.cli.test_client import Serve, error, result, serve

__all__ = ["serve"]

OWN = version_number()[0]
SAME = {"version": OWN, "wire": WIRE}
OLD = {"version": "0.0.9", "wire": WIRE}


def test_a_daemon_of_the_same_program_is_not_talked_about() -> None:
    assert differs({"program": SAME}) is None


@pytest.mark.parametrize(
    ("program", "zh", "en"),
    [
        (OLD, "正在运行的服务是 0.0.9", "The daemon that runs is 0.0.9"),
        (None, "正在运行的服务是较旧的版本", "The daemon that runs is of an older version"),
        ({"version": OWN, "wire": WIRE + 1}, "通信版本不同", "of another wire version"),
    ],
)
def test_one_of_another_program_is_told_and_what_to_do(
    program: dict[str, Any] | None, zh: str, en: str
) -> None:
    said = differs({} if program is None else {"program": program})
    assert said is not None
    assert zh in said[0]
    assert en in said[1]
    for one in said:
        assert str(OWN) in one
        assert one.endswith("sudo systemctl restart halld")


def run(serve: Serve, answers: dict[str, Any], program: dict[str, Any], *arguments: str) -> int:
    """Run ``hallctl`` against a daemon that answers so; a string is the code of a refusal."""

    def answer(request: dict[str, Any]) -> bytes:
        method = request["method"]
        if method == "hall.status":
            return result(request, {"program": program, "mode": "normal"})
        if isinstance(answers[method], str):
            data = {"code": answers[method], "zh": "没有参数 mood。", "en": "No mood.", "data": {}}
            return error(request, code=-32602, message="Invalid params", data=data)
        return result(request, answers[method])

    return main(["--socket", str(serve(answer)), "--lang", "en", *arguments])


def test_an_answer_of_another_shape_is_explained_and_no_traceback(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(serve, {"node.list": [{"node": "hub"}]}, OLD, "node", "list") == 1
    said = capsys.readouterr().err
    assert said.startswith("The daemon that runs is 0.0.9, hallctl is")
    assert "Traceback" not in said


def test_what_only_a_newer_hallctl_asks_is_explained_for_programs_too(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(serve, {"day.close": "unknown_field"}, OLD, "--json", "close") == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "other_version"


def test_a_mistake_of_our_own_is_not_blamed_on_the_daemon(serve: Serve) -> None:
    with pytest.raises(KeyError):
        run(serve, {"node.list": [{"node": "hub"}]}, SAME, "node", "list")


def test_a_refusal_of_the_same_version_stays_what_it_is(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(serve, {"day.close": "unknown_field"}, SAME, "close") == 2
    assert capsys.readouterr().err == "No mood.\n"
