"""Whether two of hub, standby and witness are in touch: without them the hall decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, fine, red, unknown, warning

__all__ = ["look"]


def look(facts: Facts) -> Iterator[Finding]:
    """Go by what the daemon says."""
    lease = (facts.status or {}).get("lease")
    if not lease:
        yield unknown("本机不参与主控投票。", "This Pi has no vote on who is the hub.")
        return
    say, do = lease["say"], lease["do"] or {"zh": "", "en": ""}
    zh, en = f"受理权：{say['zh']}。", f"The lease: {say['en']}."
    if lease["level"] == "ok":
        yield fine(zh, en)
    else:
        level = red if lease["level"] == "red" else warning
        yield level(zh, en, do["zh"], do["en"])
