"""What people are told of the lease, at each of the three that vote."""

from __future__ import annotations

from dataclasses import replace

from firmware_py.runtime.lease_words import LeaseStatus, VoterSeen, own_part, part_view, view_of

VOTERS = ("hub", "standby", "window-1")
HUB = LeaseStatus("hub", VOTERS, True, True, 8.2, 10.0, "1-hub", 9.1)


def test_who_has_it_says_for_how_long_and_who_votes() -> None:
    found = view_of(HUB)
    assert found["level"] == "ok"
    assert found["do"] is None
    assert found["say"]["en"] == (
        "here, for 8 s more, had again all the time (voters: hub, standby, window-1)"
    )
    assert found["say"]["zh"] == "在本机，还有 8 秒，自动续期（投票：hub、standby、window-1）"


def test_one_that_is_missing_is_named_before_it_matters() -> None:
    found = view_of(replace(HUB, missing=("window-1",)))
    assert found["level"] == "warning"
    assert found["say"]["en"].endswith("missing: window-1")
    assert found["do"]["en"].startswith("See to power and network of window-1: with one less")


def test_a_hub_without_it_says_that_it_decides_nothing_and_what_to_do() -> None:
    found = view_of(replace(HUB, holds=False, left_s=0.0, missing=("standby", "window-1")))
    assert found["level"] == "red"
    assert found["say"]["zh"] == (
        "没有，本机不受理任何操作（投票：hub、standby、window-1）  未应答：standby、window-1"
    )
    assert "standby, window-1, and to the broker" in found["do"]["en"]
    assert 'promote = "by hand"' in found["do"]["en"]


def test_a_voter_says_for_whom_and_for_how_long() -> None:
    witness = replace(HUB, node="window-1", hub=False, holds=False, left_s=0.0)
    assert view_of(witness)["say"]["en"].startswith("voted for hub (epoch 1-hub), for 9 s more")
    free = replace(witness, votes_for="", promised_s=0.0)
    assert view_of(free)["level"] == "warning"
    assert view_of(free)["say"]["zh"].startswith("没有主控请求投票")


def test_a_voter_whose_file_is_lost_says_whom_it_must_hear() -> None:
    witness = replace(HUB, node="window-1", hub=False, holds=False, unheard=("hub", "standby"))
    found = view_of(witness)
    assert found["level"] == "warning"
    assert "it votes after it has heard hub, standby" in found["say"]["en"]
    assert found["do"]["zh"].startswith("检查 hub、standby 的电源")


def test_each_voter_has_its_part_and_its_last_vote_at_the_hub() -> None:
    own = own_part("hub", HUB)
    assert (own["part"], own["level"], own["do"]) == ("hub", "ok", None)
    assert own["say"]["en"].startswith("hub; the lease: here, for 8 s more")
    voted = part_view(VoterSeen("witness", 0.4, "1-hub", True, 1.2), 10.0)
    assert (voted["part"], voted["level"], voted["do"]) == ("witness", "ok", None)
    assert voted["say"] == {
        "zh": "见证设备；1 秒前投给 hub（纪元 1-hub）",
        "en": "witness; voted for hub (epoch 1-hub) 1 s ago",
    }


def test_a_voter_that_is_missing_or_votes_for_nobody_is_a_warning() -> None:
    for seen, said in (
        (VoterSeen("standby", None), "standby; nothing heard of its vote since the start here"),
        (VoterSeen("standby", 31.0, "1-hub", True, 31.0), "standby; it has said nothing for 31 s"),
        (
            VoterSeen("witness", 0.4, "2-standby", False, 0.4),
            "witness; voted for nobody 0 s ago: it had voted for standby (epoch 2-standby)",
        ),
    ):
        found = part_view(seen, 10.0)
        assert found["say"]["en"] == said
        assert found["level"] == "warning"
        assert "the hall stops deciding" in found["do"]["en"]
    assert part_view(VoterSeen("witness", 0.4), 10.0)["level"] == "ok"
