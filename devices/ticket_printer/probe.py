"""Finding out who a printer is and how it tells that a job came out.

Nothing here prints: a clone that takes a request for text has it in its line buffer, and the ESC @
that follows a probe drops it.
"""

from __future__ import annotations

from collections.abc import Callable

from devices.ticket_printer import codec
from devices.ticket_printer.slip import How
from devices.ticket_printer.talk import Talk

__all__ = ["FENCES", "answers_by_itself", "ending", "fences_drained", "job_end", "who"]

#: Two fences: one stray byte that looks like GS r's answer never counts as a job's end.
FENCES = 2

#: After this long without one, no answer to an earlier GS r is on its way.
_QUIET_S = 0.2
#: As many texts as ``GS_I_WHO`` asks for.
_TEXTS = 4


def who(talk: Talk, timeout_s: float, *, again: bool = False) -> str:
    """Ask maker, model, serial number and firmware; "" for a printer that does not say.

    The GS r behind them ends the wait: it is answered after all of them. ``again`` asks a silent
    printer twice: a command that an earlier program left unfinished may have swallowed the first.
    """
    request = codec.GS_I_WHO + codec.GS_R_PAPER
    talk.texts.clear()
    talk.decoder.information = True
    try:
        for unstick in (b"", codec.UNSTICK + codec.ESC_AT)[: 2 if again else 1]:
            talk.fences.clear()
            talk.write(unstick + request)
            talk.pump(lambda: bool(talk.fences) or len(talk.texts) >= _TEXTS, timeout_s)
            if talk.fences or talk.texts:
                break
    finally:
        talk.decoder.information = False
        talk.decoder.forget()
    return " ".join(text for text in (text.strip() for text in talk.texts) if text)


def job_end(talk: Talk, identifier: bytes, timeout_s: float) -> How | None:
    """Send GS ( H and GS r 1: both are answered in order, so silence need not be waited out.

    Without a job's end there is a second round: a command that an earlier program left
    unfinished may have swallowed the first request. None: neither was answered.
    """
    request = codec.request_process_end(identifier) + codec.GS_R_PAPER

    def ended() -> bool:
        return identifier in talk.ended

    for unstick in (b"", codec.UNSTICK + codec.ESC_AT):
        talk.fences.clear()
        talk.write(unstick + request)
        talk.pump(lambda: ended() or bool(talk.fences), timeout_s)
        # The fence may be an answer to an earlier program.
        talk.pump(ended, _QUIET_S if talk.fences else 0.0)
        if ended():
            return "gs_h"
    return "gs_r" if talk.fences else None


def answers_by_itself(talk: Talk, heard: Callable[[], bool], timeout_s: float) -> bool:
    """Switch automatic status on; say whether the printer sent its state at once, as it must."""
    talk.decoder.automatic = True
    talk.write(codec.GS_A_ALL)
    return talk.pump(heard, timeout_s)


def fences_drained(talk: Talk, timeout_s: float) -> bool:
    """Wait out the fences of earlier jobs: GS r's answers carry no name.

    Ours comes last; when it is quiet after it, no old answer can pass for a new one. False: it
    did not come.
    """
    talk.fences.clear()
    talk.write(codec.GS_R_PAPER)
    if not talk.pump(lambda: bool(talk.fences), timeout_s):
        return False
    while talk.fences:
        talk.fences.clear()
        talk.pump(lambda: bool(talk.fences), _QUIET_S)
    return True


def ending(how: How, identifier: bytes) -> bytes:
    """Return what is asked behind a slip, so that its answer says that the slip came out."""
    if how == "gs_h":
        return codec.request_process_end(identifier)
    return codec.GS_R_PAPER * FENCES if how == "gs_r" else b""
