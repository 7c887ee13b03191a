"""Options that several commands share, spelled the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from firmware_py.cli.errors import WrongUse
from firmware_py.cli.words import t

__all__ = ["to_window"]

F = TypeVar("F", bound=Callable[..., Any])

_DEST = "to_window"


def to_window(command: F) -> F:
    """Give a command ``--to WINDOW``, as ``to_window``; ``--window`` is understood too."""
    shown = click.option(
        "--to",
        _DEST,
        metavar="WINDOW",
        callback=_both,
        help=t("转到的窗口；desk 为疑难处理窗口。", "The window; desk is the exception desk."),
    )
    other = click.option(
        "--window", "other_spelling", metavar="WINDOW", hidden=True, expose_value=False,
        is_eager=True, callback=_other,
    )  # fmt: skip
    return shown(other(command))


def _other(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    ctx.meta[_DEST] = value


def _both(ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    other: str | None = ctx.meta[_DEST]
    if None not in (value, other) and value != other:
        raise WrongUse(
            "two_windows",
            f"--to {value} 与 --window {other} 不一致，请只写一个。",
            f"--to {value} and --window {other} differ; name one window.",
        )
    return other if value is None else value
