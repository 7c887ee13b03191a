"""``hallctl``: where a run begins, and how it ends.

Exit codes: 0 done, 1 refused, 2 wrong use or configuration, 3 no daemon.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from firmware_py.cli import words
from firmware_py.cli.words import t

if TYPE_CHECKING:
    from firmware_py.cli.errors import CliError

__all__ = ["main"]

_REFUSED, _INTERRUPTED = 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; return its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    words.use(words.choose(arguments, os.environ))
    _speak_unicode()
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has enough (`| head`). Python flushes once more at exit: into nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _run(arguments: list[str]) -> int:
    # Here, because help texts are made at import in the language chosen above.
    import click

    from firmware_py.cli.base import Session
    from firmware_py.cli.errors import CliError
    from firmware_py.cli.root import root

    session = Session()
    try:
        code = root.main(arguments, "hallctl", standalone_mode=False, obj=session)
    except CliError as error:
        return _ended(error, as_json=session.json)
    except (KeyError, TypeError):
        # An answer of another shape: the daemon may be of another version. Else it is our mistake.
        other = session.other_version()
        if other is None:
            raise
        return _ended(other, as_json=session.json)
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            return _INTERRUPTED
        sys.stderr.write(t("已中止，没有改动。\n", "Stopped; nothing was changed.\n"))
        return _REFUSED
    finally:
        session.close()
    return code if isinstance(code, int) else 0


def _ended(error: CliError, *, as_json: bool) -> int:
    _say_error(error.sentence)
    if as_json:
        from firmware_py.cli.output import write_json

        write_json(error.as_json())
    return error.exit_code


def _say_error(sentence: str) -> None:
    import click

    # Which of the two streams is a terminal is asked of each: colours only there.
    click.secho(sentence, fg="red", err=True)


def _speak_unicode() -> None:
    """Let a terminal without a locale have UTF-8, and no terminal end us by what it lacks."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            ascii_only = (stream.encoding or "").lower() in {"ascii", "ansi_x3.4-1968"}
            reconfigure(encoding="utf-8" if ascii_only else None, errors="replace")


if __name__ == "__main__":
    sys.exit(main())
