"""Is there a configuration, and is it right, with its catalogue, templates and layouts."""

from __future__ import annotations

import time
from collections.abc import Iterator

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, fine, red, unknown, warning
from firmware_py.config.holidays import calendar_warning

__all__ = ["look"]

#: More mistakes than this are only counted: ``hallctl config check`` has them all.
SHOWN = 4


def look(facts: Facts) -> Iterator[Finding]:
    """Check what ``hallctl config check`` checks."""
    if facts.forbidden:
        yield unknown(
            f"没有权限读取 {facts.config}，与配置有关的项目未检查。",
            f"You may not read {facts.config}; nothing that depends on it was checked.",
            "请以 root 身份运行：sudo hallctl doctor",
            "Run it as root: sudo hallctl doctor",
        )
    elif facts.wrong is not None:
        yield from _mistakes(facts)
    elif facts.configuration is None:
        yield red(
            f"没有配置文件 {facts.config}。",
            f"There is no configuration: {facts.config} is not there.",
            "从 /opt/hall/config/hall.example.toml 复制一份并修改，或用 --config 写明文件。",
            "Copy /opt/hall/config/hall.example.toml there and change it, or name the file "
            "with --config.",
        )
    else:
        settings = facts.configuration.settings
        windows, devices = len(settings.windows), len(settings.devices)
        items = len(facts.configuration.catalogue.items)
        yield fine(
            f"配置无误：{windows} 个窗口，{devices} 个设备，{items} 个事项。",
            f"No mistakes: {windows} windows, {devices} devices, {items} items.",
        )
        found = calendar_warning(settings, facts.configuration.rules, time.strftime("%Y-%m-%d"))
        if found is not None and settings.forms.holidays is None:
            # A hall may do without acceptance forms.
            yield unknown(*found)
        elif found is not None:
            yield warning(
                *found,
                "按国务院办公厅的放假通知填写，写法见 docs/configuration.md。",
                "Fill it in from the State Council's notice; docs/configuration.md says how.",
            )


def _mistakes(facts: Facts) -> Iterator[Finding]:
    mistakes = facts.wrong.mistakes if facts.wrong is not None else ()
    for mistake in mistakes[:SHOWN]:
        yield red(
            mistake.in_chinese(),
            str(mistake),
            "改正后再检查：hallctl config check",
            "Mend it, then: hallctl config check",
        )
    more = len(mistakes) - SHOWN
    if more > 0:
        yield red(
            f"另有 {more} 处错误。",
            f"{more} more mistakes.",
            "全部列出：hallctl config check",
            "See them all: hallctl config check",
        )
