"""What a hub once told comes back to it: proven, or it counts for nothing."""

from __future__ import annotations

import json
import zlib

import msgspec
import pytest

from firmware_py.sync.evidence import Claim, claim_in, lacks
from firmware_py.sync.farthest import Farthest
from firmware_py.sync.followed import Asked, read_head
from firmware_py.sync.mail import Up
from firmware_py.sync.seen import Proofs, Seen
from tests.sync.test_follower import EPOCHS, RESTORED, ROOT, Line

#: RFC 4231, test case 1: the key.
KEY = bytes.fromhex("0b" * 20) + bytes(12)
PROOFS = Proofs(KEY)
WORD = PROOFS.word("E1", 40, 9000)


def test_only_this_card_proves_its_words() -> None:
    assert Seen("E1", 40, 9000, WORD.proof) == WORD
    assert (PROOFS.made(WORD), len(WORD.proof)) == (True, 32)
    assert not Proofs(bytes(32)).made(WORD)
    for changed in ({"seq": 41}, {"epoch": "E2"}, {"time_ms": 9001}, {"proof": ""}):
        assert not PROOFS.made(msgspec.structs.replace(WORD, **changed))
    # Where one field ends and the next begins is proven too.
    assert not PROOFS.made(Seen("E1", 4, 9000, PROOFS.word("E1\x004", 0, 9000).proof))
    assert not PROOFS.made(Seen("E1", 40, 9000, "未"))


@pytest.mark.parametrize(
    ("claim", "lacking"),
    [
        (Claim("window-3", Seen("E2", 41)), True),
        (Claim("window-3", Seen("E2", 40)), False),
        # Of before the backup that was restored, and what came after it then.
        (Claim("window-3", Seen("E1", 90)), False),
        # Of a card that went on otherwise: this one was restored since.
        (Claim("", Seen("E3", 90), own=True, epochs=("E1", "E3")), False),
        # It was restored after this copy was made.
        (Claim("", Seen("E3", 5), own=True, epochs=("E1", "E2", "E3")), True),
        (Claim("", Seen("E2", 40), own=True, epochs=("E1", "E2")), False),
        # It was promoted after this copy was made; another hub's epoch is not for here.
        (Claim("window-3", Seen("3-hub", 5)), True),
        (Claim("window-3", Seen("3-standby", 50)), False),
        (Claim("window-3", Seen("1-hub", 50)), False),
    ],
)
def test_a_journal_lacks_what_came_after_it_and_nothing_of_another_history(
    claim: Claim, lacking: bool
) -> None:
    assert lacks(claim, ["E1", "E2"], "hub", 40) is lacking


def test_what_the_broker_has_of_a_hub_is_its_birth_its_pictures_and_what_others_saw() -> None:
    def told(suffix: str, **body: object) -> Claim | None:
        return claim_in("hub", suffix, json.dumps(body).encode())

    assert told("state/hall", epoch="E1", seq=9, waiting=3) == Claim("", Seen("E1", 9), own=True)
    assert told("state/window/3", epoch="E1", seq=8) == Claim("", Seen("E1", 8), own=True)
    assert told("state/item/A01", epoch="E1", seq=8) is None
    birth = {"status": "offline", "roles": ["hub"], "epochs": RESTORED}
    assert told("node/hub", **birth) == Claim("", Seen("E2", 0), own=True, epochs=("E1", "E2"))
    # What another Pi calls itself is no word of this hub.
    assert told("node/window-3", **birth) is None
    seen = msgspec.structs.asdict(WORD)
    assert told("node/window-3", status="online", seen=seen) == Claim("window-3", WORD)
    assert told("node/window-3", status="online", seen={"epoch": "E1", "seq": 99}) is None
    assert claim_in("hub", "node/window-3", b"") is None
    with pytest.raises(msgspec.DecodeError):
        told("state/hall", seq="9")


def test_a_late_answer_is_no_fall_and_one_below_what_was_known_at_the_question_is() -> None:
    far = Farthest()
    head = read_head(b'{"epoch":"E1","seq":40,"now_ms":1,"time_ms":9000,"proof":"ab"}')
    early = Asked(b"", 0.0, "pulse", seen=far.seen)
    assert far.heard(head, early)
    assert (far.seen, far.unsaid) == (Seen("E1", 40, 9000, "ab"), True)
    assert (far.said(), far.unsaid) == (far.seen, False)
    # Asked before that, answered late; and said twice, to a question that is over.
    lower = msgspec.structs.replace(head, seq=38)
    assert far.heard(lower, early)
    assert far.heard(lower, None)
    assert (far.fell, far.seen.seq) == (False, 40)
    now = Asked(b"", 0.0, "pulse", seen=far.seen)
    # Restored from a backup: another epoch, which may well be shorter.
    assert far.heard(msgspec.structs.replace(head, epoch="E2", seq=3), now)
    assert not far.heard(lower, now)
    assert far.fell


# ---- at a Pi that follows


@pytest.fixture
def line() -> Line:
    """Return one that has joined at event 40, as the hub proved."""
    line = Line()
    line.take(Up(1))
    line.born(40)
    (asked,) = line.asks()
    packed = zlib.compress(b"STATE")
    proven = {"time_ms": 9000, "proof": WORD.proof}
    line.answers(asked["number"], 40, packed, epochs=EPOCHS, **proven)
    return line


def births(line: Line) -> list[dict[str, object]]:
    """Return what it said of itself since the last look."""
    own = f"{ROOT}/node/window-3"
    found = [json.loads(one.payload) for one in line.sent if one.topic == own and one.retain]
    line.sent.clear()
    return found


def test_what_was_seen_stands_at_the_broker_before_the_hub_is_back(line: Line) -> None:
    line.sent.clear()
    line.born(40, status="offline")
    (told,) = births(line)
    assert (told["status"], told["seen"]) == ("online", msgspec.structs.asdict(WORD))
    # Once is enough; a new connection says it again, for this broker may know nothing.
    line.born(40, status="waiting")
    assert births(line) == []
    line.take(Up(2))
    line.sent = [one for one in line.sent if one.topic.endswith("node/window-3")]
    assert [told["seen"] for told in births(line)] == [msgspec.structs.asdict(WORD)]


def test_a_pi_takes_nothing_of_a_hub_that_lacks_what_it_told(line: Line) -> None:
    line.born(30)
    (asked,) = line.asks()
    line.answers(asked["number"], 30, zlib.compress(b"OLD"), epochs=EPOCHS)
    assert (line.follower.trouble, line.follower.hub) == ("set_back", None)
    assert line.told.states == [(b"STATE", 40)]
    line.event(41)
    assert line.told.events == []
    # Put right, with the newer card, it is followed again.
    line.born(44)
    (asked,) = line.asks()
    assert asked["what"] in {"state", "events"}
    line.answers(asked["number"], 44, zlib.compress(b"NEW"), epochs=EPOCHS)
    assert line.follower.trouble == ""


def test_a_hub_that_says_itself_that_it_is_an_old_copy_is_away_for_that_reason(line: Line) -> None:
    about = {"status": "waiting", "node": "hub", "roles": ["hub"], "epochs": EPOCHS}
    line.message("node/hub", json.dumps({**about, "set_back": True}).encode())
    assert line.follower.trouble == "set_back"
    # In the next epoch it is the hub that it was.
    line.born(3, epochs=RESTORED)
    (asked,) = line.asks()
    line.answers(asked["number"], 3, zlib.compress(b"NEW"), epochs=RESTORED)
    assert (line.follower.trouble, line.told.states[-1]) == ("", (b"NEW", 3))
