"""How the hall makes itself known at its broker, in the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_py.config.file import ConfigError, load_all
from tests.config.hallfiles import HALL, HallFiles

FILES = ("ca_file", "cert_file", "key_file")


@pytest.fixture
def files(tmp_path: Path) -> HallFiles:
    return HallFiles(tmp_path)


def hall(*lines: str) -> str:
    return HALL + "\n".join(("[broker]", "port = 8883", *lines, ""))


def mistakes(files: HallFiles, text: str, *, with_files: bool = False) -> list[str]:
    """Return what is wrong with a file, in English and in Chinese."""
    files.hall.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_all(files.hall, files.env, with_files=with_files)
    return [str(one) for one in caught.value.mistakes] + [
        one.in_chinese() for one in caught.value.mistakes
    ]


def test_a_certificate_and_its_key_are_found_from_the_files_folder(files: HallFiles) -> None:
    text = hall('ca_file = "broker/ca.crt"', 'cert_file = "/etc/h/hub.crt"', 'key_file = "hub.key"')
    broker = files.load(text).settings.broker
    assert broker is not None
    assert (broker.ca_file, broker.cert_file, broker.key_file) == (
        str(files.folder / "broker/ca.crt"), "/etc/h/hub.crt", str(files.folder / "hub.key"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "en", "zh"),
    [
        (["cert_file", "key_file"], "broker.cert_file: needs ca_file too", "还需要 ca_file"),
        (["ca_file", "cert_file"], "broker.cert_file: needs key_file too", "还需要 key_file"),
        (["ca_file", "key_file"], "broker.key_file: needs cert_file too", "还需要 cert_file"),
        (
            [*FILES, "password_file"],
            "broker.password_file: is not used with cert_file",
            "不使用密码，以证书为准",
        ),
    ],
)
def test_what_is_of_no_use_alone_or_together_is_told(
    files: HallFiles, lines: list[str], en: str, zh: str
) -> None:
    told = "\n".join(mistakes(files, hall(*(f'{key} = "x.{key}"' for key in lines))))
    assert en in told
    assert zh in told


def test_a_file_that_is_not_there_is_told_by_the_check_and_does_not_stop_the_hall(
    files: HallFiles,
) -> None:
    (files.folder / "ca.crt").write_text("", encoding="utf-8")
    text = hall('ca_file = "ca.crt"', 'cert_file = "hub.crt"', 'key_file = "hub.key"')
    files.load(text)
    told = mistakes(files, text, with_files=True)
    assert [one for one in told if "there is no file" in one] == [
        f"{files.hall}:{line}: broker.{key}_file: there is no file {files.folder}/hub.{end}"
        for line, key, end in (
            (_line(text, "cert_file"), "cert", "crt"), (_line(text, "key_file"), "key", "key"),
        )
    ]  # fmt: skip


def _line(text: str, key: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if line.startswith(key))
