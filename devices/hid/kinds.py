"""The kinds of devices that type, as the registry knows them."""

from __future__ import annotations

from devices.base import Kind

__all__ = ["HID_KINDS"]

HID_KINDS = (
    Kind(
        name="pad.hid",
        family="pad",
        options="devices.pad.hid_options:HidPadOptions",
        driver="devices.pad.hid_driver:HidPad",
        simulator="devices.pad.hid_simulator:HidPadSimulator",
        line={"exclusive": True},
        records=True,
        explain="devices.hid.explain:explain_keys",
    ),
    Kind(
        name="card_reader.scanner_hid",
        family="card_reader",
        options="devices.card_reader.scanner_options:ScannerOptions",
        driver="devices.card_reader.hid_driver:HidScanner",
        simulator="devices.card_reader.hid_simulator:HidScannerSimulator",
        line={"exclusive": True},
        records=True,
        explain="devices.hid.explain:explain_scan",
        mask="devices.hid.explain:HideAll",
    ),
)
