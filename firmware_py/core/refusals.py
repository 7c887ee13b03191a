"""Why a command was refused: a stable code and a sentence in both languages.

A sentence says what to do, not only what is wrong; ``{names}`` are filled from the data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firmware_py.core.refusals_checks import CHECK_SENTENCES
from firmware_py.core.refusals_papers import PAPER_SENTENCES
from firmware_py.core.refusals_spread import SPREAD_SENTENCES
from firmware_py.core.rules import Text

if TYPE_CHECKING:
    from firmware_py.core.events import Event

__all__ = ["SENTENCES", "RecordedRefusal", "Refusal", "refuse"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused command. ``code`` is for programs, ``zh`` and ``en`` for people."""

    code: str
    zh: str
    en: str
    data: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordedRefusal(Refusal):
    """A refusal that must be known later: ``events`` are recorded with it."""

    events: tuple[Event, ...] = ()

    @classmethod
    def of(cls, refusal: Refusal, *events: Event) -> RecordedRefusal:
        """Return ``refusal`` with what is to be recorded."""
        return cls(refusal.code, refusal.zh, refusal.en, refusal.data, events)

    def told(self) -> Refusal:
        """Return what whoever asked is told."""
        return Refusal(self.code, self.zh, self.en, self.data)


#: code -> (Chinese, English).
SENTENCES: dict[str, tuple[str, str]] = {
    "day_closed": (
        "今天尚未开门营业，请值班长先开门（hallctl open）。",
        "The day is not open; the duty manager opens it (hallctl open).",
    ),
    "day_already_open": ("{day} 已经开门。", "{day} is already open."),
    "day_still_open": (
        "{day} 还没有关门，请先关门（hallctl close）。",
        "{day} is still open; close it first (hallctl close).",
    ),
    "day_before_last": (
        "日期 {day} 早于上一个营业日 {last}，请检查时钟；上一个日期有误时，由值班长强制开门。",
        "{day} is before the last business day {last}; check the clock, or override that date.",
    ),
    "bad_day": ("“{day}”不是日期，应写成 2026-01-31。", "{day} is no date; write 2026-01-31."),
    "unknown_series": (
        "{number} 不是本厅号票的号码，请照号票上的写法输入，例如 A045。",
        "{number} is no number of this hall; write it as on the slip, such as A045.",
    ),
    "number_not_ahead": (
        "{number} 不在下一个号 {next} 之后，号码不能倒退，请核对最新的号票。",
        "{number} does not come after the next number, {next}; look at the newest slip again.",
    ),
    "number_passed_over": (
        "{number} 是恢复之前发出的号，已没有记录，请到疑难处理窗口，或重新取号。",
        "{number} was lost in a restore; go to the exception desk, or take a new ticket.",
    ),
    "unknown_item": (
        "没有编号为 {item} 的事项，请查看事项目录。",
        "There is no item {item}; see the catalogue.",
    ),
    "unknown_window": (
        "没有 {window} 号窗口，请查看配置。",
        "There is no window {window}; see the configuration.",
    ),
    "unknown_ticket": (
        "今天没有 {number} 这个号，请核对号票。",
        "There is no ticket {number} today; check the slip.",
    ),
    "unknown_alarm": ("没有 {alarm} 这个告警。", "There is no alarm {alarm}."),
    "unknown_skill": (
        "没有“{skill}”这个业务类别或事项技能。",
        "There is no skill {skill} in the catalogue.",
    ),
    "before_hours": (
        "还没到办公时间，{time} 开始取号。",
        "Not open yet; tickets from {time}.",
    ),
    "on_break": (
        "现在是午休时间，{time} 继续取号。",
        "The hall has a break; tickets again from {time}.",
    ),
    "after_hours": (
        "今天的取号已结束。{next}",
        "No more tickets today. {next}",
    ),
    "last_ticket_passed": (
        "临近下班，已停止取号，急事请找值班长。{next}",
        "Close to closing time, no more tickets; ask the duty manager if it is urgent. {next}",
    ),
    "closed_today": ("今天休息{name}。{next}", "The hall is closed today{name}. {next}"),
    "bad_time": (
        "“{time}”不是时间，应写成 18:00。",
        "{time} is no time of day; write 18:00.",
    ),
    "closing_not_later": (
        "今天原定 {closes} 关门，{time} 并不更晚；要提前关门，请用 hallctl close --at {time}。",
        "Today closes at {closes}, {time} is not later; to close early: hallctl close --at {time}.",
    ),
    "closing_passed": (
        "{time} 已经过了；现在就关门，请用 hallctl close。",
        "{time} has passed already; to close now: hallctl close.",
    ),
    "closing_before_opening": (
        "关门时间不能早于今天的开门时间 {opens}。",
        "The closing time must be after today's opening at {opens}.",
    ),
    "quota_day": (
        "今天的号已取完，请改日再来或网上办理。",
        "All tickets of today are taken; come another day or do it online.",
    ),
    "quota_item": (
        "该事项今天的号已取完，请改日再来或网上办理。",
        "All of today's tickets for this item are taken; come another day or do it online.",
    ),
    "quota_person": (
        "您今天已取过号，请使用手中的号票；如有疑问请找值班长。",
        "You have taken a ticket today; use that one, or ask the duty manager.",
    ),
    "person_waiting": (
        "您已有 {number} 号在等候，前面还有 {ahead} 人，不用再取号；号票丢失请到导税台补打。",
        "You have {number} already, {ahead} are ahead of you; for a lost slip ask at the entrance.",
    ),
    "person_open": (
        "您的 {number} 号还没有结束（{status}），不用再取号；如有疑问请找值班长。",
        "Your {number} has not ended yet ({status}); use that one, or ask the duty manager.",
    ),
    "appointment_used": (
        "这个预约已取过号：{number}，请使用该号；要办其他事项请另外取号。",
        "This appointment has its ticket: {number}. For anything else take an ordinary one.",
    ),
    "ticket_missed": (
        "{number} 已过号，请先恢复再转移。",
        "{number} was missed; bring it back first, then transfer it.",
    ),
    "ticket_ended": (
        "{number} 已经结束（{status}），不能再操作。",
        "{number} has ended ({status}); nothing more can be done with it.",
    ),
    "not_in_hand": (
        "{number} 现在不在窗口办理，不能挂起。",
        "{number} is not at a window, so it cannot be parked.",
    ),
    "not_waiting": (
        "{number} 现在不能叫号（{status}）。",
        "{number} cannot be called now ({status}).",
    ),
    "not_away": (
        "{number} 没有挂起也没有过号，不需要恢复。",
        "{number} is neither parked nor missed; nothing to resume.",
    ),
    "return_too_late": (
        "{number} 过号已超过 {minutes} 分钟，请重新取号。",
        "{number} was missed more than {minutes} minutes ago; please take a new ticket.",
    ),
    "transfer_where": (
        "请写明要转到哪个事项或哪个窗口。",
        "Say which item or window it goes to.",
    ),
    "no_exception_window": (
        "本厅没有设置疑难处理窗口，请写明窗口。",
        "This hall has no exception desk; name a window.",
    ),
    "wrong_skill": (
        "{window} 号窗口不办理该事项，请选择其他窗口。",
        "Window {window} does not do this item; choose another.",
    ),
    "window_closed": (
        "{window} 号窗口没有开放，请先开放窗口。",
        "Window {window} is closed; open it first.",
    ),
    "window_paused": (
        "{window} 号窗口正在暂停，请先恢复。",
        "Window {window} is on a break; resume it first.",
    ),
    "window_open": ("{window} 号窗口已经开放。", "Window {window} is already open."),
    "window_not_paused": ("{window} 号窗口没有暂停。", "Window {window} is not on a break."),
    "ticket_in_hand": (
        "{window} 号窗口手中还有 {number}，请先办结、过号、挂起或转移。",
        "Window {window} still has {number}; finish, miss, park or transfer it first.",
    ),
    "nobody_in_hand": (
        "{window} 号窗口现在没有叫号。",
        "Window {window} has no ticket in hand.",
    ),
    "another_in_hand": (
        "{window} 号窗口手中现在是 {now}，刚才的操作不是对它做的，没有生效；请看清号码再操作。",
        "Window {window} has {now} in hand, not who this was meant for: nothing was done.",
    ),
    "not_at_window": (
        "{number} 已不在 {window} 号窗口手中，刚才的操作没有生效；请看清号码再操作。",
        "{number} is not in hand at window {window} (any more): nothing was done.",
    ),
    "nobody_waiting": (
        "现在没有人等候 {window} 号窗口。",
        "Nobody waits for window {window}.",
    ),
    "too_soon": (
        "刚刚叫了 {number}，请稍等再按。",
        "{number} was called a moment ago; wait before the next press.",
    ),
    "already_started": ("{number} 已经开始办理。", "{number} is already being served."),
    "missed_being_served": (
        "{number} 已经开始办理，不能记为过号。",
        "{number} is being served; it cannot be marked as missed.",
    ),
    "call_again_first": (
        "{number} 只叫了 {calls} 次，请再叫一次再记过号。",
        "{number} was called {calls} times only; call again before marking it missed.",
    ),
    "no_rating_open": (
        "现在没有等待评价的业务。",
        "No transaction waits for a rating.",
    ),
    "bad_score": ("评价应在 1 到 {max} 之间。", "A rating is from 1 to {max}."),
    "already_rated": ("{number} 已经评价过。", "{number} has been rated already."),
    "rating_late": (
        "{number} 的评价时间已过，本次评价没有计入。",
        "The time to rate {number} is over; this rating does not count.",
    ),
    "rating_early": (
        "{number} 还没有办结，办结后再请评价。",
        "{number} is not finished yet; its rating is asked for then.",
    ),
    "rating_elsewhere": (
        "{number} 不是在这个窗口办理的，请到办理的窗口评价。",
        "{number} was not served at this window; rate it where it was served.",
    ),
    "no_bad_rating": (
        "没有需要说明原因的评价。",
        "No rating waits for a reason: only a bad one has one.",
    ),
    "reason_empty": ("请写明原因。", "Say the reason."),
    "reason_known": (
        "{number} 的差评原因已经记录，不能更改。",
        "The reason for {number}'s bad rating is recorded and stays as it is.",
    ),
    "reason_late": (
        "{number} 的差评原因超过了说明的时间，没有计入。",
        "It is too late for a reason of {number}'s bad rating; it was not taken.",
    ),
    "rating_where": ("请写明窗口或号码。", "Say which window or ticket."),
    "unknown_notice": (
        "没有编号为 {notice} 的通知，请用 hallctl notice list 查看。",
        "There is no notice {notice}; see hallctl notice list.",
    ),
    "notice_empty": ("请写明通知内容。", "Say what the notice should say."),
    "bad_notice_id": (
        "“{notice}”不能作编号，请用字母、数字、- 和 _，最多 32 个。",
        '"{notice}" cannot be an id; take letters, digits, - and _, 32 at most.',
    ),
    "bad_priority": ("优先级应在 0 到 {max} 之间。", "A priority is from 0 to {max}."),
    "notice_too_long": (
        "列表最多 {max} 行，请分成几个通知。",
        "A list has {max} lines at most; make several notices of it.",
    ),
    "too_many_notices": (
        "已有 {max} 条通知，请先撤下不需要的（hallctl notice remove）。",
        "There are {max} notices already; remove some (hallctl notice remove).",
    ),
    "bad_moment": (
        "“{time}”不是时间，应写成 2026-10-01 或 2026-10-01 09:00。",
        "{time} is no time; write 2026-10-01 or 2026-10-01 09:00.",
    ),
    "notice_over": (
        "{time} 已经过了，或早于开始时间，通知不会显示。",
        "{time} has passed, or is before its beginning: the notice would never be shown.",
    ),
    "already_acknowledged": ("该告警已由 {by} 确认。", "{by} has acknowledged it already."),
    **PAPER_SENTENCES,
    **CHECK_SENTENCES,
    **SPREAD_SENTENCES,
}


#: What a ticket's status is called in a sentence: (Chinese, English).
STATUS_WORDS: dict[str, tuple[str, str]] = {
    "waiting": ("等候中", "waiting"),
    "called": ("已呼叫", "called"),
    "serving": ("办理中", "being served"),
    "parked": ("已挂起", "parked"),
    "missed": ("已过号", "missed"),
    "finished": ("已办结", "finished"),
    "cancelled": ("已取消", "cancelled"),
    "left": ("关门时未办理", "still open when the day closed"),
}


def refuse(code: str, **data: object) -> Refusal:
    """Return the refusal ``code`` with its sentences filled in; ``data`` keeps the bare values.

    A ``Text`` is for the sentences alone, each in its language.
    """
    zh, en = SENTENCES[code]
    words = {name: str(value) for name, value in data.items() if not isinstance(value, Text)}
    said = {name: value for name, value in data.items() if isinstance(value, Text)}
    zh_words = words | {name: text.zh for name, text in said.items()}
    en_words = words | {name: text.en for name, text in said.items()}
    if "status" in words:
        zh_words["status"], en_words["status"] = STATUS_WORDS[words["status"]]
    return Refusal(code, zh.format(**zh_words), en.format(**en_words), words)
