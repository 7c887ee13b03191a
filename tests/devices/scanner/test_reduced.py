"""Small pictures of pages, for a screen."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image

from devices.scanner.pages.errors import PageError
from devices.scanner.pages.works import PageWorks
from tests.devices.scanner.drawn import form, jpeg


@pytest.fixture
def works() -> Iterator[PageWorks]:
    made = PageWorks()
    yield made
    made.close()


def test_a_page_is_made_as_small_as_a_screen_wants_it(works: PageWorks) -> None:
    page = form(100)
    small = works.reduced(jpeg(page), 300)
    picture = Image.open(io.BytesIO(small))
    assert picture.height == 300
    assert picture.width == pytest.approx(300 * page.width / page.height, abs=1)
    assert picture.mode == "RGB"
    # Dark where the page is dark: it is that page.
    ours, its = (one.convert("L").resize((20, 28)) for one in (picture, page))
    assert max(abs(a - b) for a, b in zip(ours.tobytes(), its.tobytes(), strict=True)) < 40


def test_a_smaller_page_stays_as_it_is(works: PageWorks) -> None:
    data = jpeg(form(50))
    assert works.reduced(data, 4000) == data


def test_what_is_no_picture_is_refused_and_the_next_is_made(works: PageWorks) -> None:
    with pytest.raises(PageError) as refused:
        works.reduced(b"\xff\xd8\xff no picture", 300)
    assert refused.value.code == "page_damaged"
    assert works.reduced(jpeg(form(50)), 100)
