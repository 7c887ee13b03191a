"""A clerk reads what is kept of a card in the words of the counter, whichever an item keeps."""

from __future__ import annotations

from typing import get_args

from firmware_py.cli.card import FIELDS
from firmware_py.config.catalogue import CardField


def test_every_field_that_an_item_may_keep_has_words_in_both_languages() -> None:
    assert set(FIELDS) == set(get_args(CardField))
    for zh, en in FIELDS.values():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh)
        assert en.isascii()
        assert "_" not in en
