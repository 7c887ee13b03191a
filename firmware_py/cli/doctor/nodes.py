"""The hall's other Pis, as the hub sees them: who is away, and whose version does not fit."""

from __future__ import annotations

from collections.abc import Iterator

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, fine, red, unknown, warning
from firmware_py.cli.doctor.node_certificates import look_joining, look_names

__all__ = ["look"]


def look(facts: Facts) -> Iterator[Finding]:
    """Go by what the daemon says of them, and by their certificates."""
    nodes = (facts.status or {}).get("nodes")
    has = (facts.status or {}).get("configuration")
    if has is not None and has["state"] == "refused":
        first = has["mistakes"][0]
        yield red(
            f"本机不能使用主控的现行配置：{first['zh']}",
            f"This Pi cannot use the configuration in force: {first['en']}",
            f"改正后自动重试：{first['file']} {first['path']}",
            f"Mend that, it tries again by itself: {first['file']} {first['path']}",
        )
    certified = [*look_joining(facts), *look_names(facts)]
    yield from certified
    if not nodes:
        if certified:
            return
        yield unknown("不是有多台设备的大厅的主控。", "This is no hub of a hall of many Pis.")
        return
    away = nodes["away"]
    for one in away:
        if one["state"] == "unknown":
            continue  # That the hub has no broker is said there.
        say = red if one["long_away"] else warning
        name, do = one["node"], one["say"] or {"zh": "", "en": ""}
        yield say(f"{name} 不在。", f"{name} is not there.", do["zh"], do["en"])
    for one in nodes.get("refusing", ()):
        do = one["say"]
        yield red(
            f"{one['node']} 不能使用现行配置。",
            f"{one['node']} cannot use the configuration in force.",
            do["zh"],
            do["en"],
        )
    for one in nodes["versions"]:
        do = one["say"]
        yield warning(
            f"{one['node']} 的版本是 {one['version']}。",
            f"{one['node']} has version {one['version']}.",
            do["zh"],
            do["en"],
        )
    if not (away or nodes["versions"] or nodes.get("refusing", ()) or certified):
        count = nodes["total"]
        yield fine(f"{count} 台设备都在线。", f"All {count} Pis are there.")
