"""Commands that only the hall's own Pis carry to their hub; no other program gives them.

What they are about (pages, a picture, values) lies at the hub already, or stays at the Pi.
"""

from __future__ import annotations

from firmware_py.core.commands import COMMANDS, Command
from firmware_py.core.commands_checks import AnswerCheck, AskCheck, WithdrawCheck
from firmware_py.core.commands_papers import AddDocument, ReplaceDocument, SignForm

__all__ = ["CARRIED", "NAMES"]

CARRIED: dict[str, type[Command]] = {
    "check.ask": AskCheck,
    "check.answer": AnswerCheck,
    "check.withdraw": WithdrawCheck,
    "document.add": AddDocument,
    "document.replace": ReplaceDocument,
    "form.sign": SignForm,
}

#: Under which name a Pi carries a command to the hub; the others are the hub's own.
NAMES: dict[type[Command], str] = {kind: name for name, kind in (COMMANDS | CARRIED).items()}
