"""Each Pi goes by its own part of the hall's files; nothing of another's, and no secret."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from firmware_py.bench.stage import ROOT
from firmware_py.config.file import ConfigError, load_all
from firmware_py.config.shares import Shares, shares_of

ENV = {
    "HALL_NODE": "hub", "HALL_BROKER_HOST": "127.0.0.1", "HALL_BROKER_PORT": "1883",
    "HALL_CLOCK": "machine", "HALL_PRINTER2_PORT": "9100",
}  # fmt: skip
MIRRORS = (
    '[[windows]]\nid = "{0}"\nmirror = {{ host = "10.0.0.{0}", security = "password", '
    'password_file = "mirror/{0}.password" }}'
)


def hall(folder: Path) -> Mapping[str, str]:
    """Write a hub's folder: two windows with mirrors, templates, a notice, keys; return the env."""
    text = (ROOT / "config" / "spread.toml").read_text(encoding="utf-8")
    for window in "12":
        text = text.replace(f'[[windows]]\nid = "{window}"', MIRRORS.format(window))
    for printer, paper in (("printer-1", 80), ("printer-2", 58)):
        text = text.replace(
            f"options = {{ paper = {paper} }}",
            f'options = {{ paper = {paper}, template = "./templates/{printer}.toml" }}',
        )
    text = text.replace("[forms]\n", '[displays]\nnotices = "notices"\n\n[forms]\n')
    files = {
        "hall.toml": text,
        "notices/today.txt": "办税大厅通知",
        "notices/bad.toml": "text = ",
        "mirror/1.password": "made-up-1",
        "mirror/2.password": "made-up-2",
        "broker/hub.key": "made-up-3",
    }
    for name in ("items.toml", "holidays.toml"):
        files[name] = (ROOT / "config" / name).read_text(encoding="utf-8")
    for name in ("printer-1", "printer-2"):
        template = ROOT / "config" / "templates" / "ticket-80.toml"
        files[f"templates/{name}.toml"] = template.read_text(encoding="utf-8") + f"# {name}\n"
    for name, data in files.items():
        path = folder / "etc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data, encoding="utf-8")
    wire = {"HALL_WIRE": str(folder), "HALL_RUN": str(folder), "HALL_DATA": str(folder / "data")}
    (folder / "data").mkdir()
    return {**ENV, **wire}


def read(folder: Path, env: Mapping[str, str], text: str | None = None) -> Shares:
    config = folder / "etc" / "hall.toml"

    def put(data: bytes) -> str:
        sha = hashlib.sha256(data).hexdigest()
        (folder / sha).write_bytes(data)
        return sha

    return shares_of(config, load_all(config, env, text=text).settings, env, put, text)


def test_a_pi_gets_its_own_part_and_nobody_a_secret(tmp_path: Path) -> None:
    found = read(tmp_path, hall(tmp_path))
    common = {"hall.toml", "items.toml", "holidays.toml", "notices/today.txt"}
    assert found.of["window-1"].keys() == common
    assert found.of["kiosk-1"].keys() == common | {"templates/printer-1.toml"}
    assert found.of["kiosk-2"].keys() == common | {"templates/printer-2.toml"}
    # Whoever may be the hub has what any Pi has.
    assert found.all_files().keys() == common | {f"templates/printer-{n}.toml" for n in "12"}
    for sha, size in found.sizes.items():
        data = (tmp_path / sha).read_bytes()
        assert len(data) == size
        assert b"made-up" not in data
    assert found.by_hand["window-1"] == (str(tmp_path / "etc" / "mirror" / "1.password"),)
    assert found.by_hand["kiosk-1"] == ()
    assert not found.wrong
    assert not found.own_files


def test_each_pis_part_is_all_that_it_needs_to_read_the_file(tmp_path: Path) -> None:
    env = hall(tmp_path)
    found = read(tmp_path, env)
    for node in ("window-1", "kiosk-1", "wall-1", "standby-1"):
        folder = tmp_path / node
        for name, sha in found.of[node].items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes((tmp_path / sha).read_bytes())
        config, own = folder / "hall.toml", {**env, "HALL_NODE": node}
        if node == "window-1":
            # By hand: a secret of its own window, and of no other.
            with pytest.raises(ConfigError, match=r"windows\[1\].mirror.password_file"):
                load_all(config, own, with_files=True)
            (folder / "mirror").mkdir()
            (folder / "mirror" / "1.password").write_text("made-up-1", encoding="utf-8")
        assert load_all(config, own, with_files=True).settings.hall.node == node


def test_the_digest_tells_any_change_and_is_the_same_at_the_next_hub(tmp_path: Path) -> None:
    env = hall(tmp_path)
    first = read(tmp_path, env).digest()
    assert read(tmp_path, {**env, "HALL_NODE": "standby-1"}).digest() == first
    notice = tmp_path / "etc" / "notices" / "today.txt"
    notice.write_text("通知已更改", encoding="utf-8")
    assert read(tmp_path, env).digest() != first
    notice.write_text("办税大厅通知", encoding="utf-8")
    assert read(tmp_path, env).digest() == first
    items = tmp_path / "etc" / "items.toml"
    items.write_text(items.read_text(encoding="utf-8") + "# a word\n", encoding="utf-8")
    assert read(tmp_path, env).digest() != first


def test_a_text_that_is_not_yet_in_the_file_is_read_as_if_it_were(tmp_path: Path) -> None:
    env = hall(tmp_path)
    config = tmp_path / "etc" / "hall.toml"
    before = config.read_text(encoding="utf-8")
    text = before.replace("templates/printer-2", "templates/printer-1")
    found = read(tmp_path, env, text)
    assert "templates/printer-1.toml" in found.of["kiosk-2"]
    assert (tmp_path / found.of["kiosk-2"]["hall.toml"]).read_text("utf-8") == text
    assert config.read_text(encoding="utf-8") == before


def test_a_file_with_a_fixed_name_is_shared_by_nobody(tmp_path: Path) -> None:
    env = hall(tmp_path)
    config = tmp_path / "etc" / "hall.toml"
    text = config.read_text(encoding="utf-8").replace('"${HALL_NODE}"', '"hub"')
    config.write_text(text, encoding="utf-8")
    assert read(tmp_path, env).own_files
