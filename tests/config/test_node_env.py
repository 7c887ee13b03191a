"""``node.env`` beside a hall's file says which Pi this is, whoever reads the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_py.config.file import ConfigError, load
from firmware_py.config.node_env import node_text, with_node
from tests.cli.pis import hall_text


def hall(folder: Path, text: str | None) -> Path:
    (folder / "items.toml").symlink_to(Path(__file__).parents[2] / "config" / "items.toml")
    (folder / "hall.toml").write_text(hall_text(), "utf-8")
    if text is not None:
        (folder / "node.env").write_text(text, "utf-8")
    return folder / "hall.toml"


def test_the_same_file_is_another_pi_by_its_node_env(tmp_path: Path) -> None:
    file = hall(tmp_path, "# 本机 this Pi\n\nHALL_NODE=window-3\nHALL_OTHER=a=b c\n")
    env = {"HALL_DATA": str(tmp_path)}
    settings = load(file, env)
    assert (settings.hall.node, settings.hall.roles) == ("window-3", ("window",))
    # What somebody says for this once counts more.
    assert load(file, {**env, "HALL_NODE": "hub"}).hall.node == "hub"
    assert with_node(file, {})["HALL_OTHER"] == "a=b c"


@pytest.mark.parametrize("text", [None, "", "HALL_NODE\n", "export HALL_NODE=x\n", "\udcff"])
def test_one_that_says_nothing_leaves_a_mistake_with_the_variables_name(
    tmp_path: Path, text: str | None
) -> None:
    if text == "\udcff":
        (tmp_path / "node.env").write_bytes(b"\xff\xfe")
        text = None
    with pytest.raises(ConfigError) as wrong:
        load(hall(tmp_path, text), {"HALL_DATA": str(tmp_path)})
    assert "HALL_NODE is not set" in str(wrong.value.mistakes[0])


def test_what_is_written_is_read_again_and_nothing_else_is_written(tmp_path: Path) -> None:
    values = {"HALL_NODE": "window-3", "HALL_BROKER_HOST": "192.168.1.10", "EMPTY": ""}
    (tmp_path / "node.env").write_text(node_text(values), "utf-8")
    assert with_node(tmp_path / "hall.toml", {}) == values
    for bad in ({"A B": "x"}, {"A": "x\nB=y"}, {"A": " x "}, {"": "x"}):
        with pytest.raises(ValueError, match="="):
            node_text(bad)
