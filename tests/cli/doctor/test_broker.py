"""The broker as a real mosquitto: there, down, with a wrong password, with a bad certificate."""

from __future__ import annotations

import getpass
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from firmware_py.bench.stage import free_port
from firmware_py.cli.doctor import broker
from firmware_py.cli.doctor.finding import Level
from firmware_py.cli.doctor.readers import look_readers
from tests.cli.doctor.fakes import PLAIN, Fake, at, status_of, words
from tests.sync.support import Mosquitto


@contextmanager
def mosquitto(folder: Path, *lines: str) -> Iterator[int]:
    """Run a broker with more lines in its configuration; yield its port."""
    secret = any("password" in line for line in lines)
    made = Mosquitto(folder, defaults=True, anonymous=not secret)
    conf = folder / "mosquitto.conf"
    # As root it would become another user, who may not read a test's files.
    more = "\n".join((*lines, f"user {getpass.getuser()}"))
    conf.write_text(f"{conf.read_text(encoding='utf-8')}{more}\n", encoding="utf-8")
    made.start()
    try:
        yield made.port
    finally:
        made.kill()


def hall(port: int, more: str = "") -> str:
    return f"{PLAIN}\n[broker]\nport = {port}\n{more}\n"


def test_a_broker_that_lets_us_in_is_fine(fake: Fake, tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port:
        (found,) = broker.look(fake.facts(hall(port)))
    assert (found.level, found.say.en) == (
        Level.OK,
        f"127.0.0.1:{port} lets us in; nothing piles up.",
    )


def test_a_broker_that_is_down_is_red_and_the_hall_goes_on(fake: Fake) -> None:
    (found,) = broker.look(fake.facts(hall(free_port())))
    assert found.level is Level.RED
    assert "cannot be reached: Connection refused" in found.say.en
    assert "大厅照常工作" in found.say.zh


@pytest.mark.parametrize(("password", "level"), [("right", Level.OK), ("wrong", Level.RED)])
def test_a_wrong_password_is_red(fake: Fake, tmp_path: Path, password: str, level: Level) -> None:
    users = tmp_path / "users"
    subprocess.run(
        ["mosquitto_passwd", "-b", "-c", str(users), "hall", "right"], check=True, timeout=120
    )
    users.chmod(0o644)
    (tmp_path / "pw").write_text(password, encoding="utf-8")
    with mosquitto(tmp_path, f"password_file {users}") as port:
        facts = fake.facts(hall(port, 'username = "hall"\npassword_file = "pw"'))
        (found,) = broker.look(facts)
    assert found.level is level
    assert (found.do is not None and "mosquitto_passwd" in found.do.en) is (level is Level.RED)
    assert password not in found.say.en.replace("Not authorized", "")


def certificate(folder: Path, days: int) -> tuple[Path, Path]:
    """Make a certificate for this machine that ends after so many days."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days), "-subj",
         "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out",
         str(cert)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    for file in (key, cert):
        file.chmod(0o644)
    return key, cert


@pytest.mark.parametrize(("days", "level"), [(400, Level.OK), (9, Level.WARNING)])
def test_a_certificate_that_ends_soon_is_told(
    fake: Fake, tmp_path: Path, days: int, level: Level
) -> None:
    key, cert = certificate(tmp_path, days)
    with mosquitto(tmp_path, f"certfile {cert}", f"keyfile {key}") as port:
        (found,) = broker.look(fake.facts(hall(port, f'ca_file = "{cert}"')))
    assert found.level is level, found


def test_a_certificate_of_somebody_else_is_red(fake: Fake, tmp_path: Path) -> None:
    key, cert = certificate(tmp_path, 400)
    (tmp_path / "other").mkdir()
    _, other = certificate(tmp_path / "other", 400)
    with mosquitto(tmp_path, f"certfile {cert}", f"keyfile {key}") as port:
        (found,) = broker.look(fake.facts(hall(port, f'ca_file = "{other}"')))
    assert "is not good: self-signed certificate" in words([found])


def test_what_piles_up_or_lags_is_told(fake: Fake, tmp_path: Path) -> None:
    told = {"connected": True, "backlog": 900, "consumers": {"centre": 12}}
    with mosquitto(tmp_path) as port:
        facts = replace(fake.facts(hall(port)), status=status_of(last_seq=5012, broker=told))
        found = words(at(Level.WARNING, broker.look(facts)))
    assert "900 events wait" in found
    assert "centre is 5000 events behind (it has stored up to 12)" in found


def test_a_daemon_that_is_not_connected_is_red_though_the_broker_is_there(
    fake: Fake, tmp_path: Path
) -> None:
    problem = {"zh": "尚未连接。", "en": "Not started yet."}
    told = {"connected": False, "problem": problem, "error": ""}
    with mosquitto(tmp_path) as port:
        facts = replace(fake.facts(hall(port)), status=status_of(broker=told))
        found = words(at(Level.RED, broker.look(facts)))
    assert "The daemon is not connected. Not started yet." in found


def beside(port: int) -> str:
    """Return the file of a Pi that is not the hub."""
    node = '[nodes.window-1]\nroles = ["window"]\nwindows = ["1"]\n'
    return hall(port, node).replace('id = "demo"', 'id = "demo"\nnode = "window-1"', 1)


def line(trouble: str) -> dict[str, object]:
    """Return how a Pi beside the hub stands with it."""
    return {
        "connected": trouble != "broker", "trouble": trouble, "problem": None, "error": "",
        "hub": "hub", "host": "hall-hub", "backlog": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("trouble", "level", "said"),
    [
        ("", Level.OK, "lets us in; the hub, hub, answers."),
        ("hub", Level.RED, "ssh hall-hub, then systemctl status halld"),
        ("set_back", Level.RED, "ssh hall-hub, then hallctl status, and do as it says"),
        ("joining", Level.WARNING, "fetches how the hall stands"),
        ("broker", Level.RED, "The daemon is not connected."),
    ],
)
def test_a_pi_beside_the_hub_says_whether_the_hub_answers_it(
    fake: Fake, tmp_path: Path, trouble: str, level: Level, said: str
) -> None:
    with mosquitto(tmp_path) as port:
        facts = replace(fake.facts(beside(port)), status=status_of(broker=line(trouble)))
        (found,) = broker.look(facts)
    assert found.level is level
    assert said in words([found])


def test_a_pi_without_its_broker_is_cut_off_and_says_so(fake: Fake) -> None:
    (found,) = broker.look(fake.facts(beside(free_port())))
    assert found.level is Level.RED
    assert "This Pi is cut off" in found.say.en
    assert "本机与大厅断开" in found.say.zh


@pytest.mark.parametrize(
    ("host", "node", "told"),
    [
        ("192.168.1.10", "window-1", True),
        ("127.0.0.1", "window-1", False),
        # The hub's own reader asks nobody else; the other Pi has none.
        ("192.168.1.10", "hub", False),
        ("192.168.1.10", "window-2", False),
    ],
)
def test_a_reader_whose_cards_would_go_in_clear_is_told(
    fake: Fake, host: str, node: str, told: bool
) -> None:
    more = (
        f'host = "{host}"\n[[windows]]\nid = "2"\n'
        '[nodes.window-1]\nroles = ["window"]\nwindows = ["1"]\n'
        '[nodes.window-2]\nroles = ["window"]\nwindows = ["2"]\n'
        '[devices.id-1]\nkind = "card_reader.sdt"\nport = "/dev/ttyUSB0"\n'
    )
    text = hall(1883, more).replace('id = "demo"', f'id = "demo"\nnode = "{node}"', 1)
    text = text.replace('id = "1"\n', 'id = "1"\ncard_reader = "id-1"\n', 1)
    settings = fake.facts(text).settings
    assert settings is not None
    assert settings.broker is not None
    found = words(look_readers(settings, settings.broker))
    assert ("Cards and appointments at 1 are not looked up" in found) is told
    assert bool(found) is told
