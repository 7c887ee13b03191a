"""The console itself: pages, the looking (twice a second at most), and doing what is wanted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.css.query import NoMatches
from textual.widgets import ContentSwitcher, Static

from firmware_py.cli.console.alarms import Alarms
from firmware_py.cli.console.bars import Banner, Head, KeyLine, Tabs, not_there
from firmware_py.cli.console.devices import Devices
from firmware_py.cli.console.dialogs import Confirm, Reading
from firmware_py.cli.console.forms import Forms
from firmware_py.cli.console.link import Link
from firmware_py.cli.console.overview import Overview
from firmware_py.cli.console.page import Deed, Key, Page
from firmware_py.cli.console.queue import Queue
from firmware_py.cli.console.tellings import Answers, Journal
from firmware_py.cli.errors import CliError, NoDaemon
from firmware_py.cli.words import chosen, t

__all__ = ["HallConsole"]

#: Between two looks at least, however much happens.
LEAST_S = 0.5
#: A look that took long is followed by a pause so many times as long: a crowded hall's daemon has
#: other things to do than to answer us.
_SHARE, _LONGEST_S = 10, 5.0
#: A daemon that does not answer a look within this time does not answer.
_LOOK_S = 4.0


class HallConsole(App[None]):
    """The full screen."""

    CSS_PATH = "console.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [  # noqa: RUF012 - textual's own form; it is never changed
        *(Binding(f"{n},f{n}", f"page({n - 1})", show=False) for n in range(1, 8)),
        Binding("question_mark,f10", "help", show=False),
        Binding("q", "quit", show=False),
        Binding("ctrl+c", "quit", show=False, priority=True),
    ]

    def __init__(self, path: Path) -> None:
        # The terminal's own colours: they suit its ground, 8 of them are enough, and none do.
        super().__init__(ansi_color=True)
        self.theme = "ansi-dark"
        self.animation_level = "none"
        self._wake = asyncio.Event()
        self.link = Link(path, self._wake.set, self._link_changed)
        self.pages: Sequence[Page] = [
            kind(self.link) for kind in (Overview, Devices, Queue, Alarms, Journal, Answers, Forms)
        ]
        self._head, self._banner, self._answer = (
            Head(id="head"),
            Banner(id="banner"),
            Static(id="answer"),
        )
        self._here = 0
        #: When the hall was seen last, by its own clock.
        self._seen = ""

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield self._head
        yield Tabs(id="tabs")
        yield self._banner
        with ContentSwitcher(initial=self.pages[0].id):
            yield from self.pages
        yield self._answer
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Begin."""
        self._banner.say("")
        self.action_page(0)
        # As workers: what goes wrong in them ends the console with its traceback, not in silence.
        self.run_worker(self.link.keep_up(), name="link")
        self.run_worker(self._look_forever(), name="look")

    # ---- looking

    def _link_changed(self) -> None:
        self._wake.set()
        if not self.link.up.is_set():
            self._say_trouble(self.link.trouble)

    def _say_trouble(self, trouble: CliError) -> None:
        if isinstance(trouble, NoDaemon):
            self._banner.say(not_there(trouble.code, self._seen))
        else:
            self._banner.say(trouble.sentence)

    async def _look_forever(self) -> None:
        while True:
            await self.link.up.wait()
            began_s = time.monotonic()
            self._wake.clear()
            try:
                await self._look()
            except CliError as trouble:
                self._say_trouble(trouble)
            except NoMatches:
                # The screen goes away beneath us when the console ends.
                if self.is_running:
                    raise
                return
            took_s = time.monotonic() - began_s
            least_s = min(max(LEAST_S, _SHARE * took_s), _LONGEST_S)
            await asyncio.sleep(least_s)
            try:
                async with asyncio.timeout(self.pages[self._here].MOST_S - LEAST_S):
                    await self._wake.wait()
            except TimeoutError:
                continue  # Nothing happened; but time goes on, for those who wait.

    async def _look(self) -> None:
        status = await self.link.ask("hall.status", _LOOK_S)
        self._seen = str(status.get("now", ""))[11:]
        self._head.show(status)
        page, safe = self.pages[self._here], status["mode"] == "safe"
        if not safe or page is self.pages[0]:
            await page.look(status)
        self._banner.say(_warning(status))

    # ---- pages

    def action_page(self, n: int) -> None:
        """Go to a page."""
        self._here = n
        page = self.pages[n]
        for switcher in self.query(ContentSwitcher).results(ContentSwitcher):
            if switcher.parent is self.screen:
                switcher.current = page.id
        self.query_one(Tabs).show([one.title for one in self.pages], n)
        self.query_one("#keys", KeyLine).show([*page.keys, *_everywhere()])
        page.main.focus()
        self._wake.set()

    def action_help(self) -> None:
        """Show all keys."""
        keys = [
            ("1-7  F1-F7", " ".join(page.title for page in self.pages)),
            (t("方向键", "arrows"), t("移动；也可用鼠标", "move; the mouse does too")),
        ]
        for page in self.pages:
            keys += [
                (key.replace("slash", "/").replace("escape", "Esc"), f"{page.title}: {w}")
                for key, w in page.keys
            ]
        keys += [(key.replace("question_mark", "?"), words) for key, words in _everywhere()]
        self.push_screen(Reading(t("按键", "Keys"), keys))

    # ---- doing

    def on_page_wanted(self, message: Page.Wanted) -> None:
        """Do what a page wants, after asking where it must be asked."""
        deed = message.deed
        if not deed.question:
            self._begin(deed)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._begin(deed)

        self.push_screen(Confirm(deed.question), answered)

    def _begin(self, deed: Deed) -> None:
        self.run_worker(self._do(deed), name=deed.what, exit_on_error=False)

    async def _do(self, deed: Deed) -> None:
        self._tell(Text(f".. {deed.what}", "yellow"))
        try:
            said = await deed.run()
        except CliError as error:
            self._tell(Text(f"!! {deed.what}{t('：', ': ')}{error.sentence}", "bold red"))
        else:
            self._tell(Text.assemble(("ok ", "green"), f"{deed.what}{t('：', ': ')}{said}"))
        self._wake.set()

    def _tell(self, line: Text) -> None:
        self._answer.update(line)
        self.query_one(Answers).tell(self._seen, line)


def _everywhere() -> list[Key]:
    return [("question_mark", t("帮助", "help")), ("q", t("退出", "quit"))]


def _warning(status: Mapping[str, Any]) -> str:
    if status["mode"] == "safe":
        words = chosen(status["problem"])
        return t(f"安全模式：不取号、不叫号。{words}", f"SAFE MODE: no tickets, no calls. {words}")
    return chosen(status["problem"]) if status["problem"] else ""
