"""Our check of ID numbers is that of a program that nobody here wrote."""

from __future__ import annotations

import json
import random

from devices.card_reader.gb11643 import check_character, is_valid
from tests.peers import ask

ID_VALIDATOR = """
import json
from id_validator import helper, validator
for body in json.loads(sys.argv[1]):
    say(str(helper.generator_check_bit(body)).encode())
for number in json.loads(sys.argv[2]):
    say(b"yes" if validator.is_valid(number) else b"no")
"""


def made_up(dice: random.Random) -> str:
    """Return 17 digits of a region that is one, days that may be none, and any order."""
    month, day = dice.randint(0, 14), dice.randint(0, 33)
    return f"110105{dice.randint(1901, 2023)}{month:02d}{day:02d}{dice.randint(1, 999):03d}"


def test_check_characters_and_validity_are_those_of_id_validator() -> None:
    dice = random.Random(11643)
    bodies = [made_up(dice) for _ in range(1500)]
    numbers = [body + dice.choice((check_character(body), "0", "X")) for body in bodies[:100]]
    said = ask(ID_VALIDATOR, json.dumps(bodies), json.dumps(numbers))
    assert [check_character(body).encode() for body in bodies] == said[:1500]
    ours = [b"yes" if is_valid(number) else b"no" for number in numbers]
    differ = [(n, o, s) for n, o, s in zip(numbers, ours, said[1500:], strict=True) if o != s]
    assert differ == []
    assert 10 < ours.count(b"yes") < 90
