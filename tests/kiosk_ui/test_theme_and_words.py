from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from kiosk_ui import words
from kiosk_ui.theme import THEMES, ThemeError, contrast, load_theme
from kiosk_ui.words import CatalogueError, load_words, read_catalogue


@pytest.mark.parametrize("name", THEMES)
def test_all_text_has_the_contrast_of_its_theme(name: str) -> None:
    theme = load_theme(name)
    least = {"normal": 4.5}.get(name, 7.0)
    for what, pair in theme.colours.pairs().items():
        assert contrast(*pair) >= least, what


def test_contrast_is_that_of_the_guideline() -> None:
    # WCAG 2.2: black on white is 21:1; #777777 on white is 4.48:1.
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((0x77, 0x77, 0x77), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


def test_touch_targets_are_large_enough_for_their_people() -> None:
    assert load_theme("normal").sizes.touch >= 20
    assert load_theme("elder").sizes.touch >= 25
    assert load_theme("normal").sizes.floor >= 7.3
    assert load_theme("elder").idle_s == 120


def test_a_halls_own_theme_is_checked_like_ours(tmp_path: Path) -> None:
    ours = Path(words.__file__).parent / "themes" / "normal.toml"
    text = ours.read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    assert load_theme(str(path)).name == "mine"
    path.write_text(text.replace('on_card = "#ffffff"', 'on_card = "#33506b"'), encoding="utf-8")
    load_theme.cache_clear()
    with pytest.raises(ThemeError, match=r"text upon card has a contrast of 1\.\d:1"):
        load_theme(str(path))
    path.write_text(text.replace('card = "#173e60"', ""), encoding="utf-8")
    with pytest.raises(ThemeError, match="'card' is missing"):
        load_theme(str(path))
    path.write_text(text.replace("touch = 20", 'touch = "big"'), encoding="utf-8")
    with pytest.raises(ThemeError, match="no length"):
        load_theme(str(path))


def test_a_theme_that_is_not_there_is_named() -> None:
    with pytest.raises(ThemeError, match="there is no theme night"):
        load_theme("night")


def test_both_languages_have_the_same_messages_with_the_same_gaps() -> None:
    zh, en = load_words("zh").messages, load_words("en").messages
    assert zh.keys() == en.keys()
    for key, text in zh.items():
        assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", en[key])), key


def methods_in(tree: ast.AST) -> set[str]:
    """Return what a file asks the daemon for: named as messages are, and none of them."""
    found = set[str]()
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Name("Ask" | "Command"), [_, ast.Constant(str(name)), *_]):
                found.add(name)
            case ast.Assign([ast.Name("_METHODS")], ast.Dict(_, values)):
                found |= {str(one.value) for one in values if isinstance(one, ast.Constant)}
    return found


def test_every_message_that_a_page_names_is_in_the_catalogues() -> None:
    root = Path(words.__file__).parent
    known = load_words("zh").messages
    kinds = "|".join(sorted({key.partition(".")[0] for key in known}))
    named = set[str]()
    for path in root.rglob("*.py"):
        text = path.read_text("utf-8")
        found = re.findall(rf'"((?:{kinds})\.[a-z_.]+)"', text)
        named |= set(found) - methods_in(ast.parse(text))
    assert {"wall", "kiosk", "desk", "outer"} <= {name.partition(".")[0] for name in named}
    assert named - known.keys() == set()


def test_a_catalogue_is_read_as_gettext_writes_it() -> None:
    text = (
        'msgid ""\nmsgstr ""\n"Language: zh_CN\\n"\n\n'
        '#: kiosk_ui/wall/view.py:3\nmsgid "a.b"\nmsgstr "你好，"\n"{name}"\n\n'
        '#, fuzzy\nmsgid "c"\nmsgstr "旧"\n\n#~ msgid "old"\n#~ msgstr "没了"\n'
    )
    assert read_catalogue(text) == {"a.b": "你好，{name}"}


@pytest.mark.parametrize(
    "text",
    ['msgid "a"\nmsgstr unquoted', 'msgfoo "a"', 'msgid "a"\nmsgstr "1"\n\nmsgid "a"\nmsgstr "2"'],
)
def test_a_broken_catalogue_says_where(text: str) -> None:
    with pytest.raises(CatalogueError, match=r"catalogue:\d: "):
        read_catalogue(text)
