"""That a hub's journal is an old copy: how it is found, and what is kept of it beside the journal.

``journal.set-back`` is there over restarts until the journal is another one: the newer card's, or
one that began an epoch (a promotion, ``hallctl restore``). ``journal.seen-key`` is what proves this
hub's own words (``sync.seen``).
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import msgspec

from firmware_py.store.private_file import write_private
from firmware_py.store.verify import read_head, reading
from firmware_py.store.walk import link_after, read_epochs
from firmware_py.sync.evidence import Claim, lacks
from firmware_py.sync.seen import KEY_BYTES, Proofs

__all__ = [
    "Finding",
    "found_in",
    "kept_finding",
    "proofs_of",
    "read_finding",
    "stands",
    "write_finding",
]

log = logging.getLogger(__name__)


class Finding(msgspec.Struct, frozen=True):
    """The journal of ``epoch`` ended with event ``here``, and ``by`` has seen event ``seq`` of it.

    ``by`` is "" for what this hub itself had told the broker. ``later``: an epoch of this hub's
    after the journal's. ``time_ms`` (0) and ``link`` ("") say which event ``seq`` was, if known.
    """

    epoch: str
    here: int
    seq: int
    by: str = ""
    later: str = ""
    time_ms: int = 0
    link: str = ""


_decode = msgspec.json.Decoder(Finding).decode


def _path(journal: Path) -> Path:
    return journal.with_suffix(".set-back")


def write_finding(journal: Path, finding: Finding) -> None:
    """Keep it over a restart. Raises ``OSError``."""
    write_private(_path(journal), msgspec.json.encode(finding))


def read_finding(journal: Path) -> Finding | None:
    """Return what was found of it once, whether it still stands or not. Raises as below."""
    try:
        return _decode(_path(journal).read_bytes())
    except FileNotFoundError:
        return None


def kept_finding(journal: Path) -> Finding | None:
    """Return what still stands of what was found; what does not is removed.

    Raises ``OSError``, ``msgspec.DecodeError`` and the journal's errors: a hub that cannot read it
    must not decide.
    """
    if (finding := read_finding(journal)) is None:
        return None
    if stands(journal, finding):
        return finding
    log.warning("the journal is no old copy any more (%s): this hub decides", finding.epoch)
    _path(journal).unlink(missing_ok=True)
    return None


def stands(journal: Path, finding: Finding) -> bool:
    """Say whether the journal still lacks what somebody has seen. Raises as ``kept_finding``."""
    if not journal.exists():
        return False
    with reading(journal) as connection:
        epochs = read_epochs(connection)
        if not epochs or epochs[-1].epoch != finding.epoch:
            return False
        if finding.later or read_head(connection).last_seq < finding.seq:
            return True
        if finding.link:
            link = link_after(connection, finding.seq)
            return link is not None and link.hex() != finding.link
        return _is_another(connection, finding.seq, finding.time_ms)


def _is_another(connection: sqlite3.Connection, seq: int, time_ms: int) -> bool:
    """Say whether event ``seq`` here is not the one of that time; of one compacted nobody knows."""
    row = connection.execute("SELECT time_ms FROM events WHERE seq = ?", (seq,)).fetchone()
    return time_ms > 0 and row is not None and int(row[0]) != time_ms


def found_in(
    journal: Path, node: str, claims: Iterable[Claim], proofs: Proofs | None
) -> Finding | None:
    """Return that this journal of ``node`` is an old copy, by what others claim; None: it is not.

    A claim of another Pi counts with this hub's own proof. Any thread may; raises
    ``sqlite3.Error`` and the journal's errors.
    """
    worth = [one for one in claims if one.own or (proofs is not None and proofs.made(one.seen))]
    if not worth or not journal.exists():
        return None
    with reading(journal) as connection:
        epochs = [one.epoch for one in read_epochs(connection)]
        last = read_head(connection).last_seq
        for who, seen, own, named in sorted(worth, key=lambda one: -one.seen.seq):
            if not epochs:
                return None
            forked = (
                seen.epoch == epochs[-1]
                and seen.seq <= last
                and _is_another(connection, seen.seq, seen.time_ms)
            )
            if forked or lacks(Claim(who, seen, own, named), epochs, node, last):
                later = seen.epoch if seen.epoch != epochs[-1] else ""
                return Finding(epochs[-1], last, seen.seq, who, later, seen.time_ms)
    return None


def proofs_of(journal: Path) -> Proofs | None:
    """Return what proves this hub's words, by a key made once for this card; None: no disk."""
    path = journal.with_suffix(".seen-key")
    try:
        try:
            key = path.read_bytes()
        except FileNotFoundError:
            key = b""
        if len(key) != KEY_BYTES:
            key = secrets.token_bytes(KEY_BYTES)
            write_private(path, key)
    except OSError as error:
        log.warning("no key for proofs of what was recorded (%s): an old copy of this card would "
                    "be noticed by the broker's and a standby's word alone", error)  # fmt: skip
        return None
    return Proofs(key)
