"""A Pi's power and heat.

``get_throttled`` of the firmware (Raspberry Pi documentation, vcgencmd): bit 0 under-voltage now,
1 frequency capped, 2 throttled, 3 soft temperature limit; bits 16 to 19 the same since the start.
Without it ``rpi_volt`` of hwmon knows the under-voltage alone (``in0_lcrit_alarm``). Never tried on
hardware.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, fine, red, unknown, warning
from firmware_py.cli.doctor.machine import Machine

__all__ = ["look", "temperature_c", "throttled"]

_VOLTAGE, _CAPPED, _THROTTLED, _SOFT = 0, 1, 2, 3
_SINCE_START = 16
#: The firmware throttles at 80 degrees Celsius, and more at 85.
_RED_C, _YELLOW_C = 80.0, 70.0
_FIRMWARE = "/sys/devices/platform/soc/soc:firmware/get_throttled"


def look(facts: Facts) -> Iterator[Finding]:
    """Look at voltage and temperature, now and since the start."""
    machine = facts.machine
    if not machine.is_pi:
        yield unknown("不是树莓派。", "This is no Raspberry Pi.")
        return
    bits = throttled(machine)
    found = [*_power(machine, bits), *_heat(machine, bits)]
    yield from found
    if not found:
        heat = temperature_c(machine)
        words = "" if heat is None else f"，{heat:.0f} °C"
        words_en = "" if heat is None else f", {heat:.0f} °C"
        yield fine(
            f"{machine.model}：供电正常{words}。", f"{machine.model}: power is well{words_en}."
        )


def throttled(machine: Machine) -> int | None:
    """Return the firmware's bits, None when nobody tells them."""
    text = machine.text(_FIRMWARE)
    if not text:
        ran = machine.run(["vcgencmd", "get_throttled"])
        text = "" if ran is None or ran.code else ran.out
    found = re.fullmatch(r"(?:throttled=)?(?:0x)?([0-9a-fA-F]+)", text.strip())
    return int(found[1], 16) if found else None


def temperature_c(machine: Machine) -> float | None:
    """Return the processor's temperature, degrees Celsius."""
    millis = machine.number("/sys/class/thermal/thermal_zone0/temp")
    return None if millis is None else millis / 1000


def _alarm(machine: Machine) -> bool | None:
    """Return whether hwmon reports under-voltage since it was last asked; None without it."""
    for name in sorted(machine.at("/sys/class/hwmon").glob("hwmon*/name")):
        if name.read_text(encoding="utf-8").strip() == "rpi_volt":
            for alarm in sorted(name.parent.glob("in*_lcrit_alarm")):
                return alarm.read_text(encoding="utf-8").strip() != "0"
    return None


def _power(machine: Machine, bits: int | None) -> Iterator[Finding]:
    now = _alarm(machine) if bits is None else _is_set(bits, _VOLTAGE)
    do = (
        "换用原装电源和短而粗的线；用电多的 USB 设备接带电源的集线器。",
        "Use the Pi's own supply and a short thick cable; hungry USB devices need a powered hub.",
    )
    if now is None:
        yield unknown(
            "无法读取供电状态。",
            "Nobody tells how the power is.",
            "请以 root 身份运行，或加入组 video。",
            "Run it as root, or join the group video.",
        )
    elif now:
        yield red("供电电压不足。", "The voltage is too low.", *do)
    elif bits is not None and _is_set(bits, _VOLTAGE + _SINCE_START):
        yield warning(
            "开机以来出现过电压不足。", "The voltage has been too low since the start.", *do
        )


def _heat(machine: Machine, bits: int | None) -> Iterator[Finding]:
    heat = temperature_c(machine)
    do = (
        "加散热片或风扇，清理通风口，避开阳光和热源。",
        "Fit a heat sink or a fan, clear the openings, keep it out of the sun.",
    )
    slowed = bits is not None and any(_is_set(bits, bit) for bit in (_CAPPED, _THROTTLED, _SOFT))
    # Under-voltage caps the frequency too; it has been told.
    hot_now = slowed and not (bits is not None and _is_set(bits, _VOLTAGE))
    degrees = "" if heat is None else f"（{heat:.0f} °C）"
    degrees_en = "" if heat is None else f" ({heat:.0f} °C)"
    if hot_now or (heat is not None and heat >= _RED_C):
        yield red(f"过热，正在降速{degrees}。", f"Too hot: it runs slower{degrees_en}.", *do)
    elif heat is not None and heat >= _YELLOW_C:
        yield warning(f"温度偏高{degrees}。", f"Rather hot{degrees_en}.", *do)
    elif bits is not None and any(_is_set(bits, bit + _SINCE_START) for bit in (_THROTTLED, _SOFT)):
        yield warning(
            "开机以来曾因过热降速。", "It has been too hot since the start, and slower.", *do
        )


def _is_set(bits: int, bit: int) -> bool:
    return bool(bits >> bit & 1)
