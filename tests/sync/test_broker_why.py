"""Why the hall does not come in at a secured broker, in words that say what to do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from firmware_py.bench.stage import ROOT
from firmware_py.store.authority import Authority
from firmware_py.sync.encryption import explain
from tests.sync.secured import SecuredBroker
from tests.sync.support import FakeHall, Mosquitto, started, until

#: What a hall is told -> a part of it in Chinese and in English.
CASES = {
    "ended": ("本机的证书", "machine's certificate"),
    "revoked": ("本机的证书", "machine's certificate"),
    "of another hall": ("本机", "machine's certificate"),
    "none": ("broker.cert_file", "broker.cert_file"),
    "another authority": ("不是 broker.ca_file 中的机构签发", "not signed by the authority"),
    "another host": ("没有 broker.host 的名称", "does not name broker.host"),
    "another key": ("不是一对", "do not belong together"),
}


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredBroker]:
    folder = tmp_path_factory.mktemp("b")
    made = SecuredBroker(folder, ("hub", "window-3", "revoked"))
    made.authority.issue("ended", datetime.now(UTC), days=-1)
    files = [made.authority.folder / name for name in ("revoked.crt", "revoked.key")]
    kept = [file.read_bytes() for file in files]
    made.authority.revoke("revoked", datetime.now(UTC))
    made.authority.spread()
    for file, data in zip(files, kept, strict=True):
        file.write_bytes(data)
    other = Authority.make(folder / "other", "demo", datetime.now(UTC))
    other.issue("hub", datetime.now(UTC))
    made.start()
    yield made
    made.kill()


def files(broker: SecuredBroker, case: str) -> dict[str, str]:
    """Return the settings of a hall that does this wrong."""
    folder, other = broker.authority.folder, broker.folder / "other"
    own = {
        "ca_file": str(folder / "ca.crt"),
        "cert_file": str(folder / "hub.crt"),
        "key_file": str(folder / "hub.key"),
    }
    match case:
        case "ended" | "revoked":
            return own | {f"{one}_file": str(folder / f"{case}.{end}") for one, end in PAIR}
        case "of another hall":
            return own | {f"{one}_file": str(other / f"hub.{end}") for one, end in PAIR}
        case "none":
            return {"ca_file": own["ca_file"]}
        case "another authority":
            return own | {"ca_file": str(other / "ca.crt")}
        case "another host":
            # The same machine, by an address that the certificate does not have.
            return own | {"host": "0.0.0.0"}  # noqa: S104
        case "another key":
            return own | {"key_file": str(folder / "window-3.key")}
        case _:
            return own


PAIR = (("cert", "crt"), ("key", "key"))


@pytest.mark.parametrize("case", CASES)
async def test_what_is_wrong_is_told_with_what_to_do(broker: SecuredBroker, case: str) -> None:
    sync = await started(FakeHall(), broker.port, **files(broker, case))
    await until(lambda: sync.status().error)
    status = sync.status()
    await sync.stop()
    assert not status.connected
    assert status.problem is not None, status.error
    zh, en = CASES[case]
    assert zh in status.problem["zh"], status.error
    assert en in status.problem["en"], status.error


async def test_a_port_without_encryption_is_told(
    mosquitto: Mosquitto, broker: SecuredBroker
) -> None:
    sync = await started(FakeHall(), mosquitto.port, **files(broker, "right"))
    await until(lambda: sync.status().error)
    status = sync.status()
    await sync.stop()
    assert status.problem is not None, status.error
    assert "broker.port" in status.problem["en"]


@pytest.mark.parametrize(
    ("reason", "en"),
    [
        ("[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca (_ssl.c:2580)", "who signed"),
        ("[SSL: SSLV3_ALERT_CERTIFICATE_EXPIRED] sslv3 alert certificate expired", "has ended"),
        ("[SSL: SSLV3_ALERT_CERTIFICATE_REVOKED] sslv3 alert certificate revoked", "was revoked"),
        (
            "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required",
            "set broker.cert_file",
        ),
        (
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired",
            "The broker's certificate has ended; renew it. Or this clock is wrong.",
        ),
        (
            "[SSL: CERTIFICATE_VERIFY_FAILED] verify failed: certificate is not yet valid",
            "not good yet. Or this clock is wrong.",
        ),
        ("[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version", "TLS 1.3"),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:992)", "not encrypted"),
    ],
)
def test_the_librarys_words_have_sentences(reason: str, en: str) -> None:
    found = explain(reason, ours=False, fresh=False)
    assert found is not None
    assert en in found[2]


def test_the_daemon_shows_its_certificate_without_the_library_that_makes_them(
    broker: SecuredBroker,
) -> None:
    script = (
        "import sys\n"
        "from firmware_py.sync.connection import Connection\n"
        "from firmware_py.sync.encryption import tls_context\n"
        "from firmware_py.sync.mail import Address\n"
        "tls_context(Address('127.0.0.1', 8883, 'x', None, None, *sys.argv[1:4]))\n"
        "assert 'cryptography' not in sys.modules"
    )
    own = files(broker, "right")
    subprocess.run([sys.executable, "-c", script, *own.values()], cwd=ROOT, check=True, timeout=120)
