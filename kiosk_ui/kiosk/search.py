"""Finding one of some hundred items by pinyin initials, Chinese, English or its number. Pure.

A kiosk has no keyboard for Chinese. Letters are the initials of the characters (发票领用: fply); as
they are typed, the Chinese words of the catalogue that they may mean are offered as keys, and what
is chosen stands in the query as Chinese. Both may be mixed: 发票l finds 发票领用.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Catalogue", "Entry"]

#: Words that are offered have so many characters, and stand in so many names at least.
_WORD_LENGTHS = range(2, 7)
_LEAST_NAMES = 2
#: A word that nearly always stands inside a longer one is no word of its own: 值税 in 增值税.
_INSIDE = 0.8


@dataclass(frozen=True, slots=True)
class Entry:
    """What an item is found by. ``initials`` as in the catalogue; empty is allowed."""

    id: str
    zh: str
    en: str
    initials: str


@dataclass(frozen=True, slots=True)
class _Prepared:
    id: str
    chars: str
    #: The initial of each character; "" where the catalogue's do not fit the name.
    letters: str
    initials: str
    words: tuple[str, ...]


class Catalogue:
    """The items of a hall, ready to be searched. Takes 10 ms for 214 items, once."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = {entry.id: entry for entry in entries}
        self._prepared = [_prepared(entry) for entry in self.entries.values()]
        self._common = _common_words([one.chars for one in self._prepared])
        self._last: tuple[str, list[_Prepared]] = ("", [])
        #: The same by their first character, the longest first.
        self._words: dict[str, list[str]] = {}
        for word, _ in sorted(self._common, key=lambda pair: -len(pair[0])):
            self._words.setdefault(word[0], []).append(word)

    def find(self, query: str) -> list[str]:
        """Return the ids of what fits, the best first; nothing for an empty query."""
        query = _typed(query)
        return [one.id for one in self._fitting(query)] if query else []

    def offered(self, query: str, most: int) -> list[str]:
        """Return Chinese words that the end of a query may mean, the most frequent first.

        For an empty query the most frequent words of all; for one that ends in Chinese what
        follows in the names that fit.
        """
        query = _typed(query)
        chinese = query.rstrip("abcdefghijklmnopqrstuvwxyz0123456789")
        letters = query[len(chinese) :]
        if not query:
            return [word for word, _ in self._common[:most]]
        found: Counter[str] = Counter()
        for one in self._fitting(query):
            for word in _meant(one, chinese, letters, self._words):
                found[word] += 1
        order = sorted(found.items(), key=lambda pair: (len(pair[0]) == 1, _often_then_long(pair)))
        return [word for word, _ in order[:most]]

    def _fitting(self, query: str) -> list[_Prepared]:
        """Return what fits, the best first; a query is asked twice, so the last is kept."""
        if self._last[0] != query:
            ranked = [
                (rank, place)
                for place, one in enumerate(self._prepared)
                if (rank := _rank(one, query)) is not None
            ]
            self._last = query, [self._prepared[place] for _, place in sorted(ranked)]
        return self._last[1]


def _typed(query: str) -> str:
    """Return a query as names are compared: without spaces, brackets, percent signs."""
    return "".join(one for one in query.casefold() if one.isalnum())


def _often_then_long(pair: tuple[str, int]) -> tuple[int, int, str]:
    word, count = pair
    return -count, -len(word), word


def _prepared(entry: Entry) -> _Prepared:
    chars = _typed(entry.zh)
    initials = entry.initials.casefold()
    letters = initials if len(initials) == len(chars) else ""
    words = tuple(entry.en.casefold().replace("-", " ").split())
    return _Prepared(entry.id, chars, letters, initials, words)


def _rank(one: _Prepared, query: str) -> int | None:
    """Return how well an item fits, 0 the best; None when it does not."""
    number = one.id.casefold()
    if number == query:
        return 0
    if number.startswith(query) and any(char.isdigit() for char in query):
        return 1
    place = _place(one, query)
    if place == 0:
        return 2
    if one.initials.startswith(query):
        return 2
    if place is not None:
        return 3
    if query in one.initials:
        return 3
    if len(query) > 1 and any(word.startswith(query) for word in one.words):
        return 4
    return None


def _place(one: _Prepared, query: str) -> int | None:
    """Return where a query of characters and initials stands in the name."""
    chars, letters = one.chars, one.letters
    # Only a query of both kinds needs the general search: it takes five times as long.
    kinds = {char.isascii() for char in query}
    if kinds != {True, False} or not letters:
        place = (letters if kinds == {True} else chars).find(query)
        return place if place >= 0 else None
    for start in range(len(chars) - len(query) + 1):
        if all(char in (chars[start + n], letters[start + n]) for n, char in enumerate(query)):
            return start
    return None


def _meant(
    one: _Prepared, chinese: str, letters: str, words: Mapping[str, Sequence[str]]
) -> Iterable[str]:
    """Yield the pieces of a name that the letters after ``chinese`` may stand for.

    Without letters, what follows in the name. Whole words go before mere characters.
    """
    place = _place(one, chinese + letters)
    if place is None:
        return
    start, least = place + len(chinese), max(len(letters), 1)
    whole = [
        word
        for word in words.get(one.chars[start : start + 1], ())
        if len(word) >= least and one.chars.startswith(word, start)
    ]
    if whole:
        yield from whole
        return
    piece = one.chars[start : start + max(least, 2 if not letters else 1)]
    if piece and not piece.isascii():
        yield piece


def _common_words(names: Sequence[str]) -> list[tuple[str, int]]:
    """Return pieces that many names share and that stand for themselves, the most frequent first.

    A name counts a word once.
    """
    counts: Counter[str] = Counter()
    for name in names:
        counts.update({
            name[at : at + length]
            for length in _WORD_LENGTHS
            for at in range(len(name) - length + 1)
            if not any(char.isascii() for char in name[at : at + length])
        })  # fmt: skip
    inside: set[str] = set()
    for word, count in counts.items():
        if len(word) > _WORD_LENGTHS[0]:
            for part in (word[1:], word[:-1]):
                if count >= _INSIDE * counts[part]:
                    inside.add(part)
    words = [(w, n) for w, n in counts.items() if n >= _LEAST_NAMES and w not in inside]
    words.sort(key=_often_then_long)
    chosen: list[tuple[str, int]] = []
    for word, count in words:
        # What only shares its edge with a more frequent word is a seam of two words.
        if not any(_overlaps(word, taken) for taken, _ in chosen):
            chosen.append((word, count))
    return chosen


def _overlaps(word: str, taken: str) -> bool:
    """Say whether two words share an end, or one holds the other."""
    return word in taken or taken in word or word[0] == taken[-1] or word[-1] == taken[0]
