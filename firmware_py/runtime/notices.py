"""Notices and price lists for the walls: from files and from commands, each in its time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from devices.base import Sentence
from devices.led_wall.display import cannot_show
from devices.led_wall.layout import Layout
from devices.led_wall.notices import Notice
from devices.led_wall.wall import lines_with
from firmware_py.app.ports import Happened
from firmware_py.config.notice_pictures import PictureFile
from firmware_py.config.notices import NoticeFile
from firmware_py.core import commands as c
from firmware_py.core.decide_notices import local_moment
from firmware_py.core.events_aside import NoticeRemoved, NoticeShown
from firmware_py.core.model import State
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.displays import Walls, panel_of
from firmware_py.runtime.notice_folder import NoticeFolder
from firmware_py.runtime.personal import names_a_person
from firmware_py.settings import Settings, WallSettings

__all__ = ["Notices"]

log = logging.getLogger(__name__)

#: Seconds between two looks at the folder.
LOOK_S = 3.0

#: ``yields``: one of a higher priority is on show.
Doing = Literal["shown", "yields", "later", "off_hours", "ended", "refused", "no_place"]


@dataclass(frozen=True, slots=True)
class Planned:
    """A notice with its times (as in ``NoticeShown``), hours of the day, and walls.

    A ``picture`` is for screens: LED walls have no place for it.
    """

    notice: Notice
    source: Literal["file", "command"]
    since: str
    until: str
    hours: tuple[tuple[str, str], ...]
    walls: tuple[str, ...]
    picture: PictureFile | None = None

    def doing(self, now: str | None) -> Doing:
        """Say what it does at a local time; one that has times waits for a known clock."""
        if now is None:
            return "later" if self.since or self.until or self.hours else "shown"
        if self.until and self.until <= now:
            return "ended"
        if now < self.since:
            return "later"
        time = now[-5:]
        inside = any(begins <= time < ends for begins, ends in self.hours)
        return "shown" if inside or not self.hours else "off_hours"


class Notices:
    """Gives each wall the notices of the moment. Lives in the event loop."""

    def __init__(
        self,
        settings: Settings,
        layouts: Mapping[str, Layout],
        walls: Walls,
        state: Callable[[], State],
        now_ms: Callable[[], int],
    ) -> None:
        self._walls = walls
        self._state = state
        self._now_ms = now_ms
        self._path: str | None = None
        self._folder: NoticeFolder | None = None
        self.configure(settings, layouts)

    def configure(self, settings: Settings, layouts: Mapping[str, Layout]) -> None:
        """Take the walls, their layouts and the folder; each wall is given everything again."""
        self._settings = settings
        self._layouts = {
            wall.id: layouts.get(wall.id) or Layout.of_calls(wall.rows) for wall in settings.walls
        }
        path = settings.displays.notices
        if path != self._path:
            self._path = path
            self._folder = NoticeFolder(Path(path)) if path is not None else None
        self._given: dict[str, list[Notice]] = {}
        #: Whether a wall has a place for a notice, and why it cannot write it; looked up once.
        self._judged: dict[tuple[str, Notice], tuple[bool, Sentence | None]] = {}

    async def watch(self) -> None:
        """Look at the folder for ever, whichever it is."""
        while True:
            folder = self._folder
            if folder is not None and await asyncio.to_thread(folder.look):
                self.refresh()
            await asyncio.sleep(LOOK_S)

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Follow what somebody shows or takes off."""
        if any(isinstance(h.event, NoticeShown | NoticeRemoved) for h in happened):
            self.refresh()

    def refresh(self) -> None:
        """Give each wall what it is to show now; called every second, and at each change."""
        now = local_moment(self._state(), self._now_ms())
        planned = list(self._planned())
        due = [one for one in planned if one.doing(now) == "shown"]
        for wall in self._settings.walls:
            notices = [one.notice for one in due if self._may_show(wall, one)]
            if self._given.get(wall.id, []) != notices:
                self._given[wall.id] = notices
                self._walls.take_notices(wall.display, notices)
        known = {one.notice for one in planned}
        self._judged = {key: why for key, why in self._judged.items() if key[1] in known}

    def _planned(self) -> Iterator[Planned]:
        if self._folder is not None:
            for name, file in self._folder.files.items():
                yield _of_file(name, file)
            for name, (picture, file) in self._folder.pictures.items():
                yield replace(_of_file(name, file), picture=picture)
        for one in self._state().notices.values():
            notice = Notice(one.key, one.text, one.lines, None, one.priority)
            yield Planned(notice, "command", one.since, one.until, (), one.walls)

    def _may_show(self, wall: WallSettings, planned: Planned) -> bool:
        if planned.picture is not None or not _is_for(wall.id, planned):
            return False
        return self._has_place(wall, planned.notice) and self._why_not(wall, planned.notice) is None

    def _has_place(self, wall: WallSettings, notice: Notice) -> bool:
        return self._judge(wall, notice)[0]

    def _why_not(self, wall: WallSettings, notice: Notice) -> Sentence | None:
        """Say why a wall cannot write a notice."""
        return self._judge(wall, notice)[1]

    def _judge(self, wall: WallSettings, notice: Notice) -> tuple[bool, Sentence | None]:
        if (wall.id, notice) not in self._judged:
            device = self._settings.devices[wall.display]
            width = panel_of(self._settings, wall.display).columns
            lines = lines_with(self._layouts[wall.id], width, notice)
            why = cannot_show(device.kind, device.options, lines)
            if why is not None:
                log.warning("%s cannot show the notice %s: %s", wall.id, notice.key, why.en)
            self._judged[wall.id, notice] = bool(lines), why
        return self._judged[wall.id, notice]

    def vet(self, command: c.Command) -> Refusal | None:
        """Refuse a notice that no wall could show, or that one named for it could not."""
        if not isinstance(command, c.ShowNotice):
            return None
        personal = names_a_person(command.text, *command.lines, command.notice)
        if personal is not None:
            return personal
        walls = {wall.id: wall for wall in self._settings.walls}
        screens = self._settings.displays.screens
        for name in command.walls:
            if name not in walls and name not in screens:
                return _unknown_wall(name, (*walls, *screens))
        # A screen has a place for every notice and can write everything.
        on_screen = any(not command.walls or name in command.walls for name in screens)
        lines = tuple(line for line in command.lines if line.strip())
        notice = Notice("", command.text.strip(), lines)
        meant = [wall for wall in walls.values() if not command.walls or wall.id in command.walls]
        places = [wall for wall in meant if self._has_place(wall, notice)]
        if not places:
            return None if on_screen else _NO_LIST_PLACE if lines else _NO_PLACE
        wrong = {wall.id: self._why_not(wall, notice) for wall in places}
        found = [(wall, why) for wall, why in wrong.items() if why is not None]
        if found and (command.walls or (len(found) == len(places) and not on_screen)):
            wall, why = found[0]
            return Refusal("notice_unwritable", why.zh, why.en, {"wall": wall})
        return None

    def listing(self) -> dict[str, Any]:
        """Return every notice and what it is doing, and what is wrong with folder and files."""
        now = local_moment(self._state(), self._now_ms())
        planned = list(self._planned())
        due = [one for one in planned if one.doing(now) == "shown"]
        highest = {
            screen: max((one.notice.priority for one in due if _is_for(screen, one)), default=0)
            for screen in self._settings.displays.screens
        }
        told = [self._told(one, now, highest) for one in planned]
        folder, wrong = self._folder, dict[str, Sentence]()
        if folder is not None:
            wrong = folder.wrong
        for name, why in wrong.items():
            told.append(
                {"notice": name, "source": "file", "text": "", "lines": (), "priority": 0,
                 "since": "", "until": "", "hours": (), "walls": (), "on": (),
                 "picture": "", "stamp": 0, "state": "refused",
                 "problems": [{"wall": "", **asdict(why)}]}
            )  # fmt: skip
        return {
            "folder": self._settings.displays.notices,
            "problem": folder.problem if folder is not None else None,
            "notices": told,
        }

    def _told(
        self, planned: Planned, now: str | None, highest: Mapping[str, int]
    ) -> dict[str, Any]:
        """Tell of one notice; ``highest`` is the priority of what each screen shows now."""
        notice = planned.notice
        screens = [name for name in highest if _is_for(name, planned)]
        picture = planned.picture
        walls = self._settings.walls if picture is None else ()
        meant = [w for w in walls if _is_for(w.id, planned)]
        places = [wall for wall in meant if self._has_place(wall, notice)]
        whys = {wall.id: self._why_not(wall, notice) for wall in places}
        able = [wall for wall in places if whys[wall.id] is None]
        doing, on = planned.doing(now), list[str]()
        if doing == "shown":
            on = [w.id for w in able if notice.key in self._walls.notices_on(w.display)]
            on += [name for name in screens if notice.priority == highest[name]]
            if not on:
                doing = "yields" if able or screens else "refused" if places else "no_place"
        return {
            "notice": notice.key,
            "source": planned.source,
            "text": notice.text,
            "lines": notice.lines,
            "priority": notice.priority,
            "since": planned.since,
            "until": planned.until,
            "hours": planned.hours,
            "walls": planned.walls,
            "on": on,
            "picture": picture.path if picture is not None else "",
            "stamp": picture.stamp if picture is not None else 0,
            "state": doing,
            "problems": [
                {"wall": wall, "zh": why.zh, "en": why.en}
                for wall, why in whys.items()
                if why is not None
            ],
        }


def _is_for(wall: str, planned: Planned) -> bool:
    """Say whether a notice is meant for a wall, by its id."""
    return not planned.walls or wall in planned.walls


def _of_file(name: str, file: NoticeFile) -> Planned:
    return Planned(file.notice(name), "file", file.since, file.until, file.hours, file.walls)


_NO_PLACE = Refusal(
    "no_place",
    '没有一块主屏为通知留了位置，请在布局文件中加一个 show = "notices" 的区域。',
    'No wall has a place for notices; give one a layout with a zone show = "notices".',
)
_NO_LIST_PLACE = Refusal(
    "no_place",
    '没有一块主屏为列表留了位置，请在布局文件中加一个 show = "lists" 的区域。',
    'No wall has a place for lists; give one a layout with a zone show = "lists".',
)


def _unknown_wall(name: str, walls: Sequence[str]) -> Refusal:
    known = ", ".join(walls)
    return Refusal(
        "unknown_wall",
        f"没有主屏 {name}（现有：{known}）。",
        f"There is no wall {name} (walls: {known}).",
    )
