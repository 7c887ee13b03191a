"""An event as CloudEvents 1.0 JSON, spliced around the bytes that the journal has.

Sources: CloudEvents 1.0.2, JSON event format and MQTT protocol binding (structured mode).
``id`` is ``{epoch}-{seq}``. Extension attributes: ``epoch``, ``seq`` (1, 2, 3, ... without a gap),
``by`` (who caused it), ``halltime`` (milliseconds that never run backwards within an epoch; times
inside ``data`` that end in ``_ms`` are on the same clock). ``time`` is there when the hall knows
the wall clock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from firmware_py.sync.ports import EpochStart
from firmware_py.sync.privacy import clean_event

__all__ = ["CONTENT_TYPE", "Envelopes", "epoch_of", "wall_time"]

#: MQTT 5 content type of a CloudEvent in structured mode.
CONTENT_TYPE = "application/cloudevents+json"

_encode = msgspec.json.Encoder().encode


class _About(msgspec.Struct):
    """What an event is about: the first of these that it has is its subject."""

    number: str | None = None
    alarm: str | None = None
    form: str | None = None
    window: str | None = None
    day: str | None = None


_about = msgspec.json.Decoder(_About).decode


def epoch_of(epochs: Sequence[EpochStart], seq: int) -> str:
    """Return the epoch that wrote event ``seq``; before all of them, the first."""
    # The last that begins at or below it: an epoch cut off at once by another wrote nothing.
    place = bisect_right(epochs, seq, key=lambda start: start.first_seq)
    return epochs[max(place - 1, 0)].epoch


def wall_time(hall_ms: int, wall_offset_ms: int | None, zone: ZoneInfo) -> str | None:
    """Return hall time as RFC 3339 with the zone's offset, None while no clock is known."""
    if wall_offset_ms is None:
        return None
    local = datetime.fromtimestamp((hall_ms + wall_offset_ms) / 1000, UTC).replace(tzinfo=zone)
    return local.isoformat(timespec="milliseconds")


class Envelopes:
    """Builds a hall's events. Making one costs some microseconds."""

    def __init__(self, hall: str, timezone: str) -> None:
        self._source = f"/hall/v1/{hall}".encode()
        self.zone = ZoneInfo(timezone)

    def build(
        self,
        epoch: str,
        seq: int,
        time_ms: int,
        kind: str,
        by: str,
        body: bytes,
        wall_offset_ms: int | None,
    ) -> bytes:
        """Return the envelope; ``body`` is the event's JSON object as stored."""
        about = _about(body)
        subject = about.number or about.alarm or about.form or about.window or about.day
        written = wall_time(time_ms, wall_offset_ms, self.zone)
        return (
            b'{"specversion":"1.0","id":"%s-%d","source":"%s","type":"%s",%s%s'
            b'"datacontenttype":"application/json","epoch":"%s","seq":%d,"by":%s,'
            b'"halltime":"%d","data":%s}'
        ) % (
            epoch.encode(),
            seq,
            self._source,
            kind.encode(),
            b"" if not subject else b'"subject":%s,' % _encode(subject),
            b"" if written is None else b'"time":"%s",' % written.encode(),
            epoch.encode(),
            seq,
            _encode(by),
            time_ms,
            clean_event(kind, body),
        )
