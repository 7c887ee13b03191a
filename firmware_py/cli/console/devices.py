"""Page 2: the devices, one of them in full, and what goes over its line."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Static

from firmware_py.cli.console.link import Link
from firmware_py.cli.console.page import Deed, Key, Page, Status, marked
from firmware_py.cli.console.rows import Column, Row, Rows
from firmware_py.cli.console.trace import TracePanel
from firmware_py.cli.device_page import facts
from firmware_py.cli.devices import TEST_S
from firmware_py.cli.errors import CliError
from firmware_py.cli.output import span, state_style
from firmware_py.cli.words import chosen, in_words, t

__all__ = ["Devices"]

Device = Mapping[str, Any]
#: Counters and times of the device in full are so old at most: they cost the daemon more.
_DETAILS_S = 5.0
_TROUBLE = {"fault", "gone", "warning"}


class Devices(Page):
    """The page."""

    BINDINGS = [  # noqa: RUF012 - textual's own form; it is never changed
        Binding("t", "deed('test')", show=False),
        Binding("r", "deed('restart')", show=False),
        Binding("d", "deed('disable')", show=False),
        Binding("e", "deed('enable')", show=False),
        Binding("w", "trace", show=False),
    ]

    #: A device's state is no event: it is asked for.
    MOST_S = 1.0

    def __init__(self, link: Link) -> None:
        super().__init__(link, id="devices")
        #: Which device is shown in full, in which state, and since when.
        self._shown, self._shown_s = ("", "", ""), 0.0

    @property
    def title(self) -> str:
        """What the tab says."""
        return t("设备", "Devices")

    @property
    def keys(self) -> Sequence[Key]:
        """The keys of this page."""
        return (
            ("t", t("自检", "test")),
            ("r", t("重启", "restart")),
            ("d", t("停用", "disable")),
            ("e", t("启用", "enable")),
            ("w", t("跟踪", "trace")),
        )

    @property
    def main(self) -> Widget:
        """The list of devices."""
        return self.query_one(Rows)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        columns = (
            Column(t("设备", "Device"), 15),
            Column(t("状态", "State"), 13),
            Column(t("持续", "For"), 8, right=True),
            Column(t("说明", "What it says"), 0),
        )
        yield Rows(columns, t("没有设备。", "No devices."), id="device-list")
        with ContentSwitcher(initial="details"):
            with VerticalScroll(id="details"):
                yield Static(id="facts")
            yield TracePanel(self.link, id="trace")

    async def look(self, status: Status) -> None:
        """Show the devices, those in trouble first, and the one under the cursor in full."""
        found = await self.link.ask("device.list")
        found.sort(key=lambda one: one["state"] not in _TROUBLE)
        self.query_one(Rows).show([_row(one) for one in found])
        panel = self.query_one(TracePanel)
        if panel.device:
            panel.draw()
        else:
            await self._details_of(found)

    async def _details_of(self, found: Sequence[Device]) -> None:
        """Show the device in full when it is another or changed, and now and then."""
        here = self.query_one(Rows).key
        now = next(
            ((here, one["state"], one["code"]) for one in found if one["device"] == here), None
        )
        if now != self._shown or time.monotonic() - self._shown_s > _DETAILS_S:
            await self._details()

    async def _details(self) -> None:
        device = self.query_one(Rows).key
        if device is None:
            return
        found = await self.link.ask("device.show", device=device)
        self.query_one("#facts", Static).update(_facts(found))
        other = device != self._shown[0]
        self._shown, self._shown_s = (device, found["state"], found["code"]), time.monotonic()
        if other:
            self.query_one("#details", VerticalScroll).scroll_home(animate=False)

    async def on_rows_moved(self) -> None:
        """Show the device the cursor came to, without waiting for the next look."""
        if self.query_one(TracePanel).device:
            return
        try:
            await self._details()
        except CliError:
            return  # The next look says what is wrong.

    def action_deed(self, key: str) -> None:
        """Test, restart, disable or enable the device under the cursor."""
        device = self.query_one(Rows).key
        if device is not None:
            self.want(_deed(self.link, key, device))

    def action_trace(self) -> None:
        """Begin to show what goes over the line of the device under the cursor, or end it."""
        panel, device = self.query_one(TracePanel), self.query_one(Rows).key
        if panel.device or device is None:
            panel.stop()
        else:
            panel.start(device)
        self.query_one(ContentSwitcher).current = "trace" if panel.device else "details"


def _row(one: Device) -> Row:
    state, since_ms = one["state"], time.monotonic() * 1000 - one["since_ms"]
    style = state_style(state)
    return Row(
        one["device"],
        (
            Text(one["device"], "bold" if state in _TROUBLE else ""),
            marked(state, in_words(state), style),
            Text(span(max(since_ms, 0) / 1000)),
            Text(chosen(one["say"])),
        ),
    )


def _facts(found: Device) -> Text:
    state = found["state"]
    text = Text.assemble(
        (found["device"], "bold"), " ", marked(state, in_words(state), state_style(state)), "\n"
    )
    text.append(f"{chosen(found['say'])}\n")
    for name, value in facts(found):
        if value:
            text.append(f"{name.strip()} ", "dim").append(f"{value}   ")
    return text


def _deed(link: Link, key: str, device: str) -> Deed:
    what, question = {
        "test": (
            t(f"自检 {device}", f"test {device}"),
            t(
                f"自检 {device}？它会打印、显示或发声，请看设备。",
                f"Test {device}? It prints, shows or sounds: watch it.",
            ),
        ),
        "restart": (
            t(f"重启 {device}", f"restart {device}"),
            t(f"关闭并重新打开 {device}？", f"Close {device} and open it again?"),
        ),
        "disable": (
            t(f"停用 {device}", f"disable {device}"),
            t(
                f"停用 {device} 并放开端口？重启服务后仍然停用，直到启用。",
                f"Take {device} out of use and free its port? It stays so until enabled.",
            ),
        ),
        "enable": (
            t(f"启用 {device}", f"enable {device}"),
            t(f"重新启用 {device}？", f"Take {device} up again?"),
        ),
    }[key]
    return Deed(what, _asking(link, key, device), question)


def _asking(link: Link, key: str, device: str) -> Callable[[], Any]:
    async def run() -> str:
        answer = await link.ask(f"device.{key}", TEST_S, device=device)
        return {
            "test": chosen(answer.get("say"), t("自检完成。", "The self-test is done.")),
            "restart": t("正在重新打开。", "It is being opened again."),
            "disable": t(f"已停用（{answer.get('by')}）。", f"Disabled (by {answer.get('by')})."),
            "enable": t("已启用，正在打开。", "Enabled, and being opened."),
        }[key]

    return run
