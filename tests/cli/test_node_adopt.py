"""``hallctl node adopt`` and ``join``, as a technician types them at two machines."""

from __future__ import annotations

import os
import signal
import ssl
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware_py.store.authority import Authority
from firmware_py.store.certificates import make_request, new_key, read_certificate
from firmware_py.sync.adoption_code import new_code
from tests.cli.hallrun import ROOT
from tests.cli.pis import HubFolder, PiFolder, Shown

IN_PLACE = {
    "hall.toml", "items.toml", "node.env", "broker/ca.crt", "broker/window-3.crt",
    "broker/window-3.key",
}  # fmt: skip


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def hub(tmp_path: Path) -> HubFolder:
    made = HubFolder(tmp_path / "hub")
    authority = Authority.make(made.folder / "authority", "demo", now())
    authority.issue("broker", now(), hosts=("127.0.0.1",))
    return made


@pytest.fixture
def pi(tmp_path: Path) -> PiFolder:
    return PiFolder(tmp_path / "pi")


def test_a_new_pi_becomes_what_the_halls_file_says_by_one_code(
    hub: HubFolder, pi: PiFolder
) -> None:
    shown = Shown(hub, "adopt", "window-3")
    assert (shown.first["node"], shown.first["minutes"]) == ("window-3", 15)
    # A slip of hand is no try.
    wrong = pi.join(shown.code[:-1] + ("A" if shown.code[-1] != "A" else "B"), shown.hub)
    assert (wrong.code, "no try was spent" in wrong.err) == (2, True)
    wrong = pi.join(new_code(), shown.hub, lang="zh")
    assert wrong.code == 1
    assert "还可以试 4 次" in wrong.err
    assert pi.files == set()
    ran = pi.join(shown.code.lower(), shown.hub)
    assert (ran.code, ran.err) == (0, "")
    assert "The hub is the right one. This Pi becomes window-3 of hall demo" in ran.out
    assert "The configuration is right." in ran.out
    assert "sudo systemctl enable --now halld" in ran.out
    assert shown.line() == {"node": "window-3", "joined": True, "host": shown_host()}
    assert shown.end() == (0, "")

    assert pi.files == IN_PLACE
    for name in ("hall.toml", "items.toml"):
        assert (pi.etc / name).read_bytes() == (hub.folder / name).read_bytes()
    assert "HALL_NODE=window-3\n" in (pi.etc / "node.env").read_text("utf-8")
    assert stat.S_IMODE((pi.etc / "broker/window-3.key").stat().st_mode) == 0o600
    found = read_certificate((pi.etc / "broker/window-3.crt").read_bytes())
    assert (found.name, found.use) == ("window-3", "client")
    context = ssl.create_default_context(cafile=pi.etc / "broker/ca.crt")
    context.load_cert_chain(pi.etc / "broker/window-3.crt", pi.etc / "broker/window-3.key")
    # The key was made there and is there alone.
    key = (pi.etc / "broker/window-3.key").read_bytes()
    assert not (hub.folder / "authority/window-3.key").exists()
    assert not any(key in path.read_bytes() for path in hub.folder.rglob("*") if path.is_file())
    # No code is in any file, nor in what is said where it was typed.
    assert shown.code not in ran.out
    for path in (*hub.folder.rglob("*"), *pi.etc.rglob("*"), *pi.data.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        assert shown.code.encode() not in data
        assert shown.code.replace("-", "").encode() not in data
    assert Authority(hub.folder / "authority").good("window-3") is not None


def shown_host() -> str:
    return subprocess.run(["hostname"], capture_output=True, text=True, check=True).stdout.strip()


def test_a_hub_that_died_meanwhile_shows_a_new_code_and_the_pi_is_as_it_was(
    hub: HubFolder, pi: PiFolder
) -> None:
    first = Shown(hub, "adopt", "window-3")
    first.kill()
    again = Shown(hub, "adopt", "window-3")
    assert again.code != first.code
    assert pi.join(again.code, again.hub).code == 0
    assert again.end()[0] == 0
    assert pi.files == IN_PLACE


def test_a_card_that_takes_no_more_changes_nothing_and_the_code_goes_on(
    hub: HubFolder, pi: PiFolder
) -> None:
    (pi.etc / "hall.toml").write_text("# the old one\n", "utf-8")
    before = {path: path.read_bytes() for path in pi.etc.rglob("*") if path.is_file()}
    shown = Shown(hub, "adopt", "window-3")
    program = pi.hallctl.program
    # No file beyond 50 kB can be written: the catalogue has 115.
    pi.hallctl.program = ["prlimit", "--fsize=50000", *program]
    ran = pi.join(shown.code, shown.hub, "--yes")
    assert ran.code == 1
    assert "File too large. Nothing was changed here" in ran.err
    left = {path: path.read_bytes() for path in pi.etc.rglob("*") if path.is_file()}
    assert {path: data for path, data in left.items() if ".joining" not in path.parts} == before
    assert Authority(hub.folder / "authority").good("window-3") is None
    pi.hallctl.program = program
    asked = pi.hallctl(
        "node", "join", shown.code, "--hub", shown.hub, "--into", str(pi.etc), stdin="n\n"
    )
    assert (asked.code, "has a configuration" in asked.err) == (1, True)
    assert pi.join(shown.code, shown.hub, "--yes").code == 0
    assert shown.end()[0] == 0
    kept = [path.read_text("utf-8") for path in (pi.etc / "versions").iterdir()]
    assert kept == ["# the old one\n"]


def test_what_was_interrupted_while_it_was_put_in_place_is_finished_without_the_hub(
    pi: PiFolder,
) -> None:
    pending = pi.etc / ".joining"
    (pending / "new").mkdir(parents=True)
    (pending / "new" / "hall.toml").write_text("[hall]\n", "utf-8")
    (pending / "commit").write_text('["hall.toml"]', "utf-8")
    ran = pi.hallctl("node", "join", "--into", str(pi.etc), lang="zh")
    assert ran.code == 0, ran
    assert "上次加入时中断，现已补完" in ran.out
    assert (pi.etc / "hall.toml").read_text("utf-8") == "[hall]\n"
    assert not pending.exists()


def test_secrets_of_others_stay_where_they_are(hub: HubFolder, pi: PiFolder) -> None:
    folder = hub.folder
    text = (
        hub.config.read_text("utf-8")
        .replace(
            'id = "3"',
            (
                'id = "3"\nmirror = { host = "192.168.1.30", security = "x509", user = "clerk", '
                'ca = "mirror/ca.pem", password_file = "mirror/3.password" }'
            ),
            1,
        )
        .replace(
            '[[kiosks]]\nid = "kiosk-1"', '[[kiosks]]\nid = "kiosk-1"\npin_file = "notices/pin.txt"'
        )
    )
    hub.config.write_text(
        text + '[displays]\nnotices = "notices"\n[people]\nkey_file = "people.key"\n', "utf-8"
    )
    secrets = (
        "mirror/3.password", "notices/pin.txt", "people.key", "broker/hub.key", "notices/notes.key",
        "journal.db", "notices/.hidden",
    )  # fmt: skip
    for name in (*secrets, "mirror/ca.pem", "notices/a.txt"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"SECRET {name}" if name in secrets else "早上好\n", "utf-8")
    outside = folder.parent / "shadow.txt"
    outside.write_text("SECRET of the machine", "utf-8")
    (folder / "notices" / "link.txt").symlink_to(outside)
    shown = Shown(hub, "adopt", "window-3")
    assert str(folder / "mirror/3.password") in shown.first["by_hand"]
    assert pi.join(shown.code, shown.hub).code == 0
    assert shown.end()[0] == 0
    assert pi.files == IN_PLACE | {"mirror/ca.pem", "notices/a.txt"}
    everything = b"".join(path.read_bytes() for path in pi.etc.rglob("*") if path.is_file())
    assert b"SECRET" not in everything


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (("", ""), "unknown_node", "hallctl config set nodes.window-9.roles"),
        (('node = "${HALL_NODE}"', 'node = "hub"'), "fixed_name", "echo HALL_NODE=hub"),
        (("cert_file", "# cert_file"), "", "needs"),
    ],
)
def test_a_configuration_that_the_pi_could_not_use_is_told_before_any_code(
    hub: HubFolder, change: tuple[str, str], code: str, words: str
) -> None:
    text = hub.config.read_text("utf-8")
    if change[0]:
        text += '[nodes.window-9]\nroles = ["window"]\nwindows = ["9"]\n'
    hub.config.write_text(text.replace(*change), "utf-8")
    ran = hub.hallctl("node", "adopt", "window-9", "--json")
    assert ran.code in {1, 2}
    assert words in ran.err
    assert code in ran.out
    assert '"minutes"' not in ran.out


def test_the_hub_neither_adopts_nor_retires_itself(hub: HubFolder) -> None:
    Authority(hub.folder / "authority").issue("hub", now())
    for line in (["adopt", "hub"], ["retire", "hub", "--yes"]):
        ran = hub.hallctl("node", *line, "--json")
        assert (ran.code, ran.json()["error"]["code"]) == (1, "is_here"), line
    good = {one.name for one in Authority(hub.folder / "authority").entries() if not one.revoked}
    assert good == {"broker", "hub"}


def test_a_name_that_a_pi_lives_by_is_not_given_to_another(hub: HubFolder) -> None:
    authority = Authority(hub.folder / "authority")
    authority.sign(make_request("x", new_key()), "window-3", now())
    ran = hub.hallctl("node", "adopt", "window-3", lang="zh")
    assert ran.code == 1
    assert "hallctl node replace window-3" in ran.err
    # One that was made beforehand and went nowhere is no Pi: it gives way when the new one has its.
    authority.issue("window-4", now())
    shown = Shown(hub, "adopt", "window-4", "--minutes", "0.001")
    assert shown.end()[0] == 1
    assert Authority(hub.folder / "authority").good("window-4") is not None


def test_time_over_is_said_and_nothing_is_signed(hub: HubFolder) -> None:
    ran = hub.hallctl(
        "node", "adopt", "window-3", "--minutes", "0.001", "--address", "127.0.0.1", "--port", "0"
    )
    assert ran.code == 1
    assert "sudo hallctl node join " in ran.out
    assert "The time is over and no Pi has joined" in ran.err
    assert "broker.host is 127.0.0.1" in ran.out
    assert Authority(hub.folder / "authority").good("window-3") is None


def test_whoever_stops_it_has_voided_the_code(hub: HubFolder) -> None:
    line = ["node", "adopt", "window-3", "--address", "127.0.0.1", "--port", "0"]
    with subprocess.Popen(
        [*hub.hallctl.program, *line],
        env=hub.hallctl.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        # What is shown is seen at once, also without a terminal.
        assert any("Waiting" in told for told in iter(process.stdout.readline, ""))
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(60) == 130
    assert "Stopped; the code is void." in rest
    assert "Traceback" not in rest


def test_the_hub_itself_and_a_pi_that_was_another_are_not_overwritten(
    hub: HubFolder, pi: PiFolder
) -> None:
    ran = hub.hallctl("node", "join", new_code(), "--hub", "127.0.0.1:1", "--into", str(hub.folder))
    assert (ran.code, "this is the hub" in ran.err) == (1, True)
    from firmware_py.store.marker import MarkerFile

    marker = MarkerFile(pi.data / "journal.id", "E1", "window-9")
    marker.start(1, 1, bytes(32))
    marker.close()
    shown = Shown(hub, "adopt", "window-3")
    ran = pi.join(shown.code, shown.hub, lang="zh")
    assert ran.code == 1
    assert "有 window-9 的业务流水" in ran.err
    assert pi.files == set()
    shown.kill()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--hub", "127.0.0.1:x"], "is no address"),
        (["--hub", "[::1]:1"], "cannot be reached"),
        (["--hub", "127.0.0.1:1", "--into", "/nowhere/at/all"], "There is no folder"),
    ],
)
def test_what_cannot_be_reached_is_said(pi: PiFolder, words: list[str], said: str) -> None:
    into = [] if "--into" in words else ["--into", str(pi.etc)]
    ran = pi.hallctl("node", "join", new_code(), *into, *words)
    assert ran.code in {1, 2}
    assert said in ran.err
    assert pi.files == set()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts services")
def test_where_systemd_is_the_daemon_is_let_out_to_the_broker_and_started(
    hub: HubFolder, pi: PiFolder, tmp_path: Path
) -> None:
    root, tools = tmp_path / "root", tmp_path / "bin"
    units = root / "etc/systemd/system"
    for folder in (root / "run/systemd/system", units, tools):
        folder.mkdir(parents=True)
    (units / "halld.service").touch()
    said, program = tmp_path / "said", tools / "systemctl"
    program.write_text(f'#!/bin/sh\necho "$@" >>{said}\n', "utf-8")
    program.chmod(0o755)
    path = f"{tools}:{pi.hallctl.environment['PATH']}"
    pi.hallctl.environment |= {"HALL_ROOT": str(root), "PATH": path}
    shown = Shown(hub, "adopt", "window-3")
    ran = pi.join(shown.code, shown.hub, lang="zh")
    assert shown.end() == (0, "")
    assert "服务已启动。" in ran.out
    assert said.read_text("utf-8").splitlines() == [
        "daemon-reload", "enable halld", "restart halld",
    ]  # fmt: skip
    drop_in = (units / "halld.service.d/hub.conf").read_text("utf-8")
    assert drop_in.endswith("[Service]\nIPAddressAllow=127.0.0.1\n")
    # A daemon that does not start is said, with what to type.
    program.write_text('#!/bin/sh\n[ "$1" != restart ] || { echo "no" >&2; exit 1; }\n', "utf-8")
    shown = Shown(hub, "replace", "window-3", "--yes")
    ran = pi.join(shown.code, shown.hub, "--yes")
    assert shown.end() == (0, "")
    assert "The daemon did not start: no" in ran.out
    assert "sudo systemctl enable --now halld" in ran.out
