"""``hallctl broker certs``, as a technician uses it; no daemon runs."""

from __future__ import annotations

import re
import ssl
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from firmware_py.store.authority import Authority
from firmware_py.store.certificates import make_request, new_key
from tests.cli.hallrun import CONFIG, ROOT, Hallctl

BROKER = '[broker]\nhost = "hub.hall.test"\nconsumers = ["centre", "province"]\n'
NODES = (
    '[nodes.kiosk-1]\nroles = ["kiosk"]\nkiosks = ["kiosk-1"]\n'
    '[nodes.window-3]\nroles = ["window"]\nwindows = ["3"]\n'
)


class Here:
    """A hall's configuration with its authority beside it."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "hall.toml"
        self.config.write_text(CONFIG + BROKER + NODES, encoding="utf-8")
        self.folder = folder / "authority"
        self.environment = {
            "HALL_RUN": str(folder), "HALL_DATA": str(folder), "HALL_CONFIG": str(self.config),
        }  # fmt: skip
        self.hallctl = Hallctl(self.environment)

    def certs(self, *arguments: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.hallctl.ok("broker", "certs", *arguments)["certificates"]
        return found

    def age(self, name: str, days: int) -> None:
        """Have a name's certificate end in so many days."""
        Authority(self.folder).issue(name, datetime.now(UTC), days=days)


@pytest.fixture
def here(tmp_path: Path) -> Here:
    return Here(tmp_path)


@pytest.fixture
def made(here: Here) -> Here:
    """The same with what `make` makes."""
    authority = Authority.make(here.folder, "demo", datetime.now(UTC))
    for name in ("broker", "hub", "centre", "province", "technician"):
        hosts = ("hub.hall.test", "localhost") if name == "broker" else ()
        authority.issue(name, datetime.now(UTC), hosts=hosts)
    return here


def test_the_first_time_makes_all_that_the_configuration_speaks_of(here: Here) -> None:
    ran = here.hallctl("broker", "certs", "make")
    assert (ran.code, ran.err) == (0, "")
    assert re.findall(r"^(\S+): made, until \d{4}-\d\d-\d\d\.$", ran.out, re.MULTILINE) == [
        "broker", "hub", "kiosk-1", "window-3", "centre", "province", "technician",
    ]  # fmt: skip
    assert f"The files are in {here.folder}." in ran.out
    broker, *others = here.certs()
    assert broker["hosts"][0] == "hub.hall.test"
    assert {"localhost", "127.0.0.1"} < set(broker["hosts"])
    assert [one["state"] for one in others] == ["good"] * 6
    for path in here.folder.glob("*.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_again_it_makes_what_is_new_and_leaves_the_rest(made: Here) -> None:
    before = (made.folder / "hub.crt").read_bytes()
    ran = made.hallctl("broker", "certs", "make", "window-3", "hub", "--host", "192.168.1.10")
    assert "window-3: made, until" in ran.out
    assert "broker: made, until" in ran.out
    assert "hub: there, until" in ran.out
    assert (made.folder / "hub.crt").read_bytes() == before
    assert "192.168.1.10" in made.certs("list")[0]["hosts"]
    assert "broker: there" in made.hallctl("broker", "certs", "make", "window-3").out


def test_no_key_is_ever_shown(made: Here, tmp_path: Path) -> None:
    request = tmp_path / "request.pem"
    request.write_bytes(make_request("x", new_key()))
    said = ""
    for line in (
        "make wall-1", "list", "list --json", "renew --within 3000", "sign window-9 request.pem",
        "place hub copies", "revoke wall-1 --yes", "renew --json --within 3000", "place wall-1 etc",
        "",
    ):  # fmt: skip
        arguments = line.replace("request.pem", str(request)).replace("copies", str(tmp_path / "c"))
        ran = made.hallctl("broker", "certs", *arguments.split())
        said += ran.out + ran.err
    secrets = "".join(path.read_text("ascii") for path in made.folder.glob("*.key")).split("\n")
    assert "PRIVATE" not in said
    assert not [line for line in secrets if line and line in said]


def test_what_ended_or_ends_soon_is_seen_and_renewed(made: Here) -> None:
    made.age("hub", -3)
    made.age("centre", 20)
    states = {one["name"]: one["state"] for one in made.certs()}
    assert (states["hub"], states["centre"], states["province"]) == ("ended", "soon", "good")
    ran = made.hallctl("broker", "certs", lang="zh")
    assert re.search(r"^hub .* -3 +已到期", ran.out, re.MULTILINE), ran.out
    assert "即将到期" in ran.out
    assert "续签：hallctl broker certs renew" in ran.out
    ran = made.hallctl("broker", "certs", "renew")
    assert re.findall(r"^(\S+): good until", ran.out, re.MULTILINE) == ["centre", "hub"]
    assert "Bring the new certificates to their machines: centre, hub" in ran.out
    assert "sudo systemctl reload mosquitto" in ran.out
    assert {one["state"] for one in made.certs()} == {"good"}
    assert "60 天内没有证书到期。" in made.hallctl("broker", "certs", "renew", lang="zh").out


def test_copies_follow_when_something_is_renewed_or_revoked(made: Here, tmp_path: Path) -> None:
    certs, hall = tmp_path / "mosquitto", tmp_path / "hall"
    for name, folder in (("broker", certs), ("hub", hall)):
        ran = made.hallctl("broker", "certs", "place", name, str(folder))
        assert ran.code == 0, ran
    assert sorted(path.name for path in certs.iterdir()) == [
        "broker.crt", "broker.key", "ca.crt", "revoked.crl",
    ]  # fmt: skip
    assert sorted(path.name for path in hall.iterdir()) == ["ca.crt", "hub.crt", "hub.key"]
    made.age("hub", 5)
    answer = made.hallctl.ok("broker", "certs", "renew")
    assert [one["name"] for one in answer["renewed"]] == ["hub"]
    assert {one["name"]: one["trouble"] for one in answer["places"]} == {
        "broker": None,
        "hub": None,
    }
    assert (hall / "hub.crt").read_bytes() == (made.folder / "hub.crt").read_bytes()
    before = (certs / "revoked.crl").read_bytes()
    ran = made.hallctl("broker", "certs", "revoke", "province", "--yes")
    assert "province: 1 revoked." in ran.out
    assert "sudo systemctl restart mosquitto" in ran.out
    assert (certs / "revoked.crl").read_bytes() != before
    assert {one["name"]: one["state"] for one in made.certs()}["province"] == "revoked"


def test_revoking_is_asked_for_and_nothing_happens_without_a_yes(made: Here) -> None:
    ran = made.hallctl("broker", "certs", "revoke", "centre", stdin="n\n")
    assert ran.code == 1
    assert "centre will not come in any more" in ran.err
    assert {one["state"] for one in made.certs()} == {"good"}


@pytest.mark.parametrize(
    ("line", "zh", "en"),
    [
        ("make a/b", "不能用", "cannot be a name"),
        ("revoke nobody --yes", "没有 nobody 的有效证书", "no certificate of nobody"),
        ("place nobody x", "没有 nobody 的证书", "No certificate and key of nobody"),
        ("place hub /nowhere/at/all", "/nowhere/at/all", "No such file or directory"),
        ("place hub x --owner no-such-user", "没有用户", "no user no-such-user"),
        ("sign window-3 /nowhere.pem", "/nowhere.pem", "No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_said_in_both_languages(
    made: Here, line: str, zh: str, en: str
) -> None:
    for lang, words in (("zh", zh), ("en", en)):
        ran = made.hallctl("broker", "certs", *line.split(), lang=lang)
        assert ran.code in {1, 2}
        assert words in ran.err


def test_without_an_authority_it_says_how_to_begin(here: Here) -> None:
    ran = here.hallctl("broker", "certs")
    assert ran.code == 1
    assert "first: hallctl broker certs make" in ran.err
    assert not here.folder.exists()


def test_a_wrong_clock_signs_nothing(made: Here) -> None:
    register = made.folder / "register.json"
    # The newest was made tomorrow, as it looks: the clock went back since.
    text = register.read_text("utf-8")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    text = re.sub(r'"made": "[^"]*"', f'"made": "{tomorrow:%Y-%m-%dT%H:%M:%SZ}"', text)
    register.write_text(text, "utf-8")
    ran = made.hallctl("broker", "certs", "make", "wall-1", lang="zh")
    assert ran.code == 1
    assert "本机时钟不对" in ran.err
    assert not (made.folder / "wall-1.crt").exists()
    assert made.hallctl("broker", "certs", "make", "wall-1", "--trust-clock").code == 0


def test_without_the_library_it_says_what_to_install(here: Here) -> None:
    script = (
        "import sys; sys.modules['cryptography'] = None\n"
        "from firmware_py.cli.main import main; sys.exit(main(['broker', 'certs', 'make']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**here.hallctl.environment}, cwd=ROOT, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert b"Install hall-controller[privacy]" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_machine_that_makes_its_key_itself_gets_a_certificate_as_the_document_says(
    made: Here, tmp_path: Path
) -> None:
    text = (ROOT / "docs" / "broker.md").read_text("utf-8").replace("\n  ", " ")
    (asks,) = re.findall(r"`(openssl req [^`]*)`", text)
    (signs,) = re.findall(r"`sudo hallctl (broker certs sign [^`]*\.csr)`", text)
    subprocess.run(asks.split(), cwd=tmp_path, check=True, capture_output=True, timeout=120)
    request = str(tmp_path / "window-3.csr")
    ran = made.hallctl(*signs.replace("window-3.csr", request).split())
    assert "That machine needs it and ca.crt." in ran.out, ran
    assert not (made.folder / "window-3.key").exists()
    context = ssl.create_default_context(cafile=made.folder / "ca.crt")
    # The two belong together.
    context.load_cert_chain(made.folder / "window-3.crt", tmp_path / "window-3.key")


def test_the_commands_of_the_readme_work_as_they_stand(here: Here, tmp_path: Path) -> None:
    readme = (ROOT / "config" / "mosquitto" / "README.md").read_text("utf-8")
    lines = re.findall(r"^sudo hallctl (broker certs .*)$", readme, re.MULTILINE)
    assert len(lines) == 7
    for line in lines:
        # This machine has neither those folders nor those users.
        here_line = re.sub(r" --owner \w+", "", line)
        for folder in (
            "/etc/mosquitto/certs", "/etc/hall/broker", "/media/usb/window-3", "/media/usb/broker",
        ):  # fmt: skip
            here_line = here_line.replace(
                folder, str(tmp_path / folder.strip("/").replace("/", "-"))
            )
        ran = here.hallctl(*here_line.split())
        assert (ran.code, ran.err) == (0, ""), line
    for placed in ("etc-mosquitto-certs", "media-usb-broker"):
        assert {path.name for path in (tmp_path / placed).iterdir()} == {
            "broker.crt", "broker.key", "ca.crt", "revoked.crl",
        }  # fmt: skip
    # On a stick for another Pi: for that one's address.
    assert "192.168.1.11" in here.certs("list")[0]["hosts"]
    conf = (ROOT / "config" / "mosquitto" / "hall.tls.conf").read_text("utf-8")
    named = set(re.findall(r"^\w+file /etc/mosquitto/certs/(\S+)$", conf, re.MULTILINE))
    assert named == {"broker.crt", "broker.key", "ca.crt", "revoked.crl"}
