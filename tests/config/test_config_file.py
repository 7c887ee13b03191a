"""A technician with a broken file gets all of its mistakes at once, each where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.registry import KINDS
from firmware_py.config.file import ConfigError, load, load_all
from tests.config.hallfiles import HALL, ITEMS, HallFiles


@pytest.fixture
def files(tmp_path: Path) -> HallFiles:
    return HallFiles(tmp_path)


BROKEN = Path(__file__).parent / "broken"


def single_mistakes(name: str = "one.txt") -> list[tuple[str, str]]:
    """Return what is written in ``broken/one.txt``: TOML, and the sentence that it earns."""
    blocks = (BROKEN / name).read_text(encoding="utf-8").split("\n\n")[1:]
    pairs = [block.strip().partition("\n=> ") for block in blocks]
    return [(toml, sentence) for toml, _, sentence in pairs]


def test_a_file_with_ten_mistakes_and_two_more_names_every_one(files: HallFiles) -> None:
    ten = (BROKEN / "ten.toml").read_text(encoding="utf-8")
    written = (BROKEN / "ten.txt").read_text(encoding="utf-8")
    told = written.replace("{kinds}", ", ".join(sorted(KINDS))).splitlines()
    assert len(told) > 10
    assert files.mistakes(ten) == told


def test_mistakes_of_both_files_come_together_and_in_both_languages(files: HallFiles) -> None:
    files.write(HALL.replace('id = "demo"', "id = 7"), ITEMS.replace("600", "0"))
    with pytest.raises(ConfigError) as raised:
        load(files.hall, files.env)
    first, second = raised.value.mistakes
    assert (first.file, first.line, first.path) == (str(files.hall), 2, "hall.id")
    assert first.en == "expected text in quotes, got 7"
    assert first.zh == "应为带引号的文本，实为 7"
    assert str(second) == (
        f"{files.folder}/items.toml:26: items[2].service_limit_s: "
        "0 is out of range: at least 1 and at most 86400"
    )
    assert second.in_chinese().endswith("0 超出范围，应不小于 1 且不大于 86400")
    assert str(raised.value) == f"{first}\n{second}"
    assert isinstance(raised.value, ValueError)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('id = "demo"', "id = 'demo", ["2: not TOML: expected \"'\""]),
        ('port = "/dev/hall/printer"', "port =", ["22: not TOML: invalid value"]),
        ('skills = ["stock"]', 'skills = ["stock"', ["11: not TOML: unclosed array"]),
        ("[lines.pads]", "[lines.pads", [
            "17: not TOML: expected ']' at the end of a table declaration"
        ]),
        ("[lines.pads]", "[devices.printer]", [
            "20: not TOML: cannot declare ('devices', 'printer') twice",
            "26: devices.pad-1.line: there is no line pads (lines: none)",
        ]),
        ('kind = "pad.ff68"', 'kind = "pad.ff68"\nkind = "pad.ff68"', [
            "26: not TOML: cannot overwrite a value"
        ]),
        ('zh = "示范厅"', 'zh = """示范厅', ["3: not TOML: unterminated string"]),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_a_slip_in_the_toml_is_told_with_its_line_and_breaks_nothing_else(
    files: HallFiles, before: str, after: str, expected: list[str]
) -> None:
    assert files.mistakes(HALL.replace(before, after)) == [f"hall.toml:{one}" for one in expected]


@pytest.mark.parametrize(("text", "expected"), single_mistakes())
def test_each_sort_of_mistake_has_its_sentence(files: HallFiles, text: str, expected: str) -> None:
    assert files.mistakes(f"{HALL}\n{text}\n") == [f"hall.toml:{expected}"]


def test_two_devices_on_one_pin_are_found(files: HallFiles) -> None:
    lamps = (
        "[devices.a]\nkind = 'lamp.gpio'\noptions.red = 4\noptions.amber = 5\n"
        "[devices.b]\nkind = 'button.gpio'\noptions = { pin = 5 }\n"
    )
    assert files.mistakes(HALL + lamps) == [
        "hall.toml:33: devices.b.options.pin: pin 5 is already in use by a"
    ]


def test_a_missing_catalogue_is_a_mistake_of_the_key_that_names_it(files: HallFiles) -> None:
    files.write(HALL.replace('id = "demo"', 'id = "demo"\ncatalogue = "itms.toml"'))
    with pytest.raises(ConfigError) as raised:
        load(files.hall, files.env)
    [mistake] = raised.value.mistakes
    assert str(mistake) == (
        f"{files.hall}:3: hall.catalogue: {files.folder}/itms.toml: no such file"
    )


def test_a_missing_file_and_one_of_another_encoding_are_named(files: HallFiles) -> None:
    with pytest.raises(ConfigError, match=r"hall\.toml: no such file$"):
        load(files.hall, {})
    files.hall.write_bytes(HALL.encode("gb18030"))
    with pytest.raises(ConfigError, match=r"hall\.toml:3: not UTF-8; save the file as UTF-8"):
        load(files.hall, {})


def test_a_file_saved_on_windows_is_read(files: HallFiles) -> None:
    files.write()
    files.hall.write_bytes(b"\xef\xbb\xbf" + HALL.replace("\n", "\r\n").encode())
    assert load(files.hall, files.env).hall.id == "demo"


def test_variables_count_in_ports_paths_and_options_and_nowhere_else(files: HallFiles) -> None:
    hall = HALL.replace("/dev/hall/printer", "socket://${PRINTER}:9100").replace(
        "示范厅", "${HALL_RUN}厅"
    )
    hall += (
        "[devices.lamp]\nkind = 'lamp.gpio'\noptions = { pin = 4, pins = 'mock:${HALL_RUN}/g' }\n"
    )
    hall += "[broker]\nhost = '${BROKER}'\nport = '${BROKER_PORT}'\n"
    settings = files.load(hall, PRINTER="10.0.0.9", BROKER="b", BROKER_PORT="1884").settings
    assert settings.devices["printer"].port == "socket://10.0.0.9:9100"
    assert settings.devices["lamp"].options["pins"] == f"mock:{files.folder}/run/g"
    assert settings.broker is not None
    assert (settings.broker.host, settings.broker.port) == ("b", 1884)
    assert settings.hall.name.zh == "${HALL_RUN}厅"


def test_relative_paths_begin_in_the_folder_that_fits(files: HallFiles) -> None:
    hall = HALL + "[journal]\nbackup_folder = '/mnt/usb'\n[broker]\nca_file = 'ca.pem'\n"
    hall = hall.replace('printer"\nport', 'printer"\nport', 1).replace(
        'kind = "ticket_printer.escpos"',
        'kind = "ticket_printer.escpos"\noptions.template = "./ticket.toml"',
    )
    settings = files.load(hall).settings
    assert settings.hall.catalogue == str(files.folder / "items.toml")
    assert settings.journal.path == str(files.folder / "data/journal.db")
    assert settings.journal.backup_folder == "/mnt/usb"
    assert settings.control.socket == str(files.folder / "run/hall.sock")
    assert settings.broker is not None
    assert settings.broker.ca_file == str(files.folder / "ca.pem")
    assert settings.devices["printer"].options["template"] == str(files.folder / "ticket.toml")


def test_systemds_folders_count_unless_the_hall_names_its_own(files: HallFiles) -> None:
    files.write()
    systemd = {"STATE_DIRECTORY": "/var/lib/a:/var/lib/b", "RUNTIME_DIRECTORY": "/run/a"}
    folders = load_all(files.hall, systemd).folders
    assert (str(folders.data), str(folders.run)) == ("/var/lib/a", "/run/a")
    assert str(load_all(files.hall, {}).folders.data) == "/var/lib/hall"
    assert str(load_all(files.hall, {**systemd, "HALL_RUN": "/run/b"}).folders.run) == "/run/b"


def test_line_settings_that_say_a_part_keep_the_usual_rest(files: HallFiles) -> None:
    hall = HALL.replace(
        'printer"\n\n[devices.pad', 'printer"\nline_settings.parity = "E"\n[devices.pad'
    )
    settings = files.load(hall + "[lines.pads.settings]\nrs485 = true\n").settings
    assert settings.devices["printer"].line_settings == {"baud": 115200, "parity": "E"}
    assert settings.lines["pads"].settings == {"baud": 9600, "rs485": True}
    assert settings.devices["pad-1"].line_settings == {}
