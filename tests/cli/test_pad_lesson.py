"""Which keys of a pad are asked for, as somebody answers."""

from __future__ import annotations

import pytest

from firmware_py.cli.pad_lesson import FIGURES, KEYS, wanted_keys


def asked(
    answers: list[str], *, figures: bool = True
) -> tuple[list[str], list[tuple[str, int | None]]]:
    """Return the questions, and the keys that are to be learned."""
    questions: list[str] = []

    def ask(words: str) -> str:
        questions.append(words)
        return answers.pop(0)

    found = [(event, value) for event, value, _ in wanted_keys(ask, figures=figures)]
    assert answers == []
    return questions, found


def test_every_command_of_a_clerk_can_be_learned() -> None:
    events = {event for event, _, _, _ in KEYS}
    assert events >= {"call_next", "recall", "start", "finish", "no_show", "park", "call_back"}
    assert events >= {"transfer", "pause", "close", "help", "rate"}


def test_figures_are_asked_for_where_there_are_some() -> None:
    questions, found = asked(["s"] * len(KEYS) + [""] + [""] * len(FIGURES))
    assert len(questions) == len(KEYS) + 1 + len(FIGURES)
    assert [one for one in found if one[0] == "figure"] == [("figure", n) for n in range(10)]
    assert found[10:] == [("enter", None), ("back", None)]


@pytest.mark.parametrize("answer", ["s", "q"])
def test_a_pad_without_figures_is_asked_once(answer: str) -> None:
    assert asked(["s"] * len(KEYS) + [answer])[1] == []


def test_a_keypads_figures_are_known() -> None:
    assert asked([""] * len(KEYS), figures=False)[1] == [(one[0], one[1]) for one in KEYS]


def test_that_was_all_ends_it() -> None:
    assert asked(["", "q"])[1] == [("call_next", None)]
