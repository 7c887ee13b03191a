"""The code by which a new Pi is adopted: how it is written, and what is proved with it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from firmware_py.sync.adoption_code import (
    SYMBOLS,
    check_symbol,
    key_of,
    new_code,
    proof_of,
    read_code,
)

TEXTS = st.text(SYMBOLS, min_size=11, max_size=11)


def test_a_code_has_55_random_bits_in_groups_that_can_be_read_aloud() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert len(set(SYMBOLS)) == 32
    assert not set(SYMBOLS) & set("01IO")
    for code in codes:
        assert [len(group) for group in code.split("-")] == [4, 4, 4]
        assert read_code(code) == code


def test_a_code_is_read_however_it_is_typed() -> None:
    code = new_code()
    for typed in (code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')}\n"):
        assert read_code(typed) == code
    for typed in (
        "",
        "K7QM",
        code + "A",
        code[:-1],
        code.replace(code[0], "0"),
        "叫号叫号叫号叫号叫号叫号",
    ):
        assert read_code(typed) is None


@given(TEXTS, st.integers(0, 11), st.sampled_from(SYMBOLS))
def test_every_single_wrong_symbol_is_found_before_a_try_is_spent(
    text: str, at: int, other: str
) -> None:
    whole = text + check_symbol(text)
    wrong = whole[:at] + other + whole[at + 1 :]
    assert (read_code(wrong) is None) == (wrong != whole)


@given(TEXTS, st.integers(0, 10))
def test_two_that_changed_places_are_found(text: str, at: int) -> None:
    whole = text + check_symbol(text)
    swapped = whole[:at] + whole[at + 1] + whole[at] + whole[at + 2 :]
    # The last is a sum of those before it, whose weights differ from each other.
    assert (read_code(swapped) is None) == (swapped != whole)


def test_a_proof_is_of_one_side_one_connection_and_one_request() -> None:
    key = key_of("K7QM-3XWD-9FTH", bytes(16))
    one = proof_of(key, "node", b"certificate", (b"a", b"b"), b"request")
    others = {
        proof_of(key, "hub", b"certificate", (b"a", b"b"), b"request"),
        proof_of(key, "node", b"another", (b"a", b"b"), b"request"),
        proof_of(key, "node", b"certificate", (b"b", b"a"), b"request"),
        proof_of(key, "node", b"certificate", (b"ab", b""), b"request"),
        proof_of(key, "node", b"certificate", (b"a", b"b"), b"other"),
        proof_of(key_of("K7QM-3XWD-9FTH", b"x" * 16), "node", b"certificate", (b"a", b"b"), b"r"),
    }
    assert len(others | {one}) == 7
    assert {len(found) for found in others} == {32}
