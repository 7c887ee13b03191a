"""What a node recorded by itself, offered to the hub: judged one by one, merged, acknowledged.

::

    {"what": "records", "source": "kiosk-1:01KA...", "told": [{"seq", "time_ms", "type", "by",
     "id", "data"}, ...]}                                  in order, at most RECORDS
    {"merged": 12, "unknown": [7]}                         up to there all is on the hub's disk

``unknown`` are records of a type that an older hub does not know: it passed them over, and has not
got them. Whoever offered them keeps them for a newer one.

A record that is not that node's to bring leaves a trace and changes nothing, so that it keeps none
of the others waiting.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from firmware_py.sync.ports import HubPort
from firmware_py.sync.rights import NodePlace, may_record
from firmware_py.sync.sentences import Refused

__all__ = ["RECORDS", "Merged", "Offered", "Source", "ToldRecord", "merged", "without_nobody"]

#: Records in one question.
RECORDS = 100
#: A person's hash never crosses the broker; a ticket without one says so.
_NOBODY = (b'"person":null', b'"appointment":null')

Source = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:-]{0,160}$")]


class ToldRecord(msgspec.Struct, frozen=True):
    """One record as offered; see ``core.records.Record``."""

    seq: Annotated[int, Meta(ge=1, le=2**53)]
    time_ms: Annotated[int, Meta(ge=-(2**53), le=2**53)]
    type: Annotated[str, Meta(max_length=64)]
    by: Annotated[str, Meta(max_length=200)]
    id: Annotated[str, Meta(max_length=200)]
    data: dict[str, Any]


class Offered(msgspec.Struct, frozen=True):
    """A record and whether it is that node's to bring."""

    record: ToldRecord
    allowed: bool


class Merged(NamedTuple):
    """All up to ``upto`` is on the hub's disk, but for those that it does not know."""

    upto: int
    unknown: tuple[int, ...] = ()


def without_nobody(payload: bytes) -> bytes:
    """Return a question without the fields that say that there is nobody in it."""
    for nobody in _NOBODY:
        payload = payload.replace(nobody, b'"":null')
    return payload


async def merged(
    hub: HubPort, place: NodePlace, source: str, told: tuple[ToldRecord, ...]
) -> dict[str, Any]:
    """Have records merged in their order; return the answer. Raises ``Refused``."""
    if source.partition(":")[0] != place.node or not told or len(told) > RECORDS:
        raise Refused("bad_field", "source, told")
    seqs = [one.seq for one in told]
    if seqs != sorted(set(seqs)):
        raise Refused("bad_field", "told: in order")
    offered = [Offered(one, may_record(place, one.type, one.data, hub)) for one in told]
    upto, unknown = await hub.merge(place.node, source, offered)
    return {"merged": upto, **({"unknown": unknown} if unknown else {})}
