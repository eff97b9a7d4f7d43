"""The bot's own web pages: what they say, one-time links over HTTP, and what a browser is allowed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TypeAlias

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

import app
from bot.privacy import pages, words
from bot.settings import Settings
from storage import links, people
from storage.database import Database
from tests.support.chat import Clock
from tests.support.settings import settings

pytestmark = pytest.mark.clock

Client: TypeAlias = "TestClient[web.Request, web.Application]"


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    return settings(tmp_path, SEKOM_CONTACT="kansliet@sekom.example", SEKOM_MESSAGE_DAYS="77")


@pytest.fixture
async def browser(chosen: Settings, clock: Clock) -> AsyncIterator[Client]:
    async with app.build(chosen, clock) as application, TestClient(TestServer(application)) as client:
        yield client


def link(chosen: Settings, clock: Clock, file: str = "text") -> str:
    database = Database(chosen.database_url)
    try:

        def make(session: object) -> str:
            person = people.meet(session, "29:mina", None, "Mina Öqvist", clock.now)  # type: ignore[arg-type]
            session.flush()  # type: ignore[attr-defined]
            return links.make(session, person.id, file, clock.now)  # type: ignore[arg-type]

        return f"/hamta/{database.play(make)}"
    finally:
        database.close()


async def test_looking_at_a_link_does_not_use_it_up(browser: Client, chosen: Settings, clock: Clock) -> None:
    address = link(chosen, clock)

    for method in ("GET", "HEAD", "GET"):
        async with browser.request(method, address) as shown:
            assert shown.status == 200
            assert shown.headers["Cache-Control"] == "no-store"
    async with browser.post(address) as given:
        assert given.status == 200
        assert given.headers["Cache-Control"] == "no-store"
        assert given.headers["Content-Disposition"] == 'attachment; filename="mina-uppgifter.txt"'
        assert "Namn: Mina Öqvist" in (await given.read()).decode("utf-8-sig")
    for again in (browser.post(address), browser.get(address)):
        async with again as refused:
            assert refused.status == 410
            assert "Länken fungerar inte längre" in await refused.text()


async def test_a_link_too_old_gives_nothing(browser: Client, chosen: Settings, clock: Clock) -> None:
    address = link(chosen, clock)
    clock.forward(minutes=15)

    async with browser.post(address) as refused:
        assert refused.status == 410


@pytest.mark.costly
@pytest.mark.parametrize("guess", ["x", "a" * 43, "a" * 4000, "%00", "å" * 43, "..%2f..%2fetc%2fpasswd"])
async def test_a_guess_gives_nothing(browser: Client, guess: str) -> None:
    async with browser.get(f"/hamta/{guess}") as refused:
        assert refused.status == 410
        assert "Traceback" not in await refused.text()


async def test_the_pages_are_served_with_nothing_from_elsewhere(browser: Client) -> None:
    for path in ("/integritet", "/villkor"):
        async with browser.get(path) as shown:
            html = await shown.text()
            assert shown.status == 200
            assert shown.headers["Content-Type"] == "text/html; charset=utf-8"
            assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
            assert shown.headers["Referrer-Policy"] == "no-referrer"
            assert not re.search(r"<script|<img|<link|style=", html)
            assert "kansliet@sekom.example" in html
            assert "Utkast." in html


def test_it_is_told_that_threads_are_read_where_they_are(chosen: Settings) -> None:
    reads = chosen.model_copy(update={"read_threads": True})

    assert "Alla andra inlägg slängs olästa." in pages.privacy(reads)
    assert "slängs olästa" not in pages.privacy(chosen)


def test_the_privacy_page_tells_every_class_as_it_is_kept(chosen: Settings) -> None:
    html = pages.privacy(chosen)

    for one in words.CLASSES:
        for text in (one.title, one.what, one.why, one.how_long(chosen), one.remains):
            assert text in html
    assert "77 dagar" in html


def test_a_reviewed_page_says_when(tmp_path: Path) -> None:
    html = pages.terms(settings(tmp_path, SEKOM_PAGES_REVIEWED="2027-01-31"))

    assert "Kansliet har granskat sidan den 31 januari 2027." in html
    assert "Utkast." not in html


class _Outline(HTMLParser):
    """What a screen reader goes by."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.lang = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "html":
            self.lang = dict(attrs).get("lang") or ""


def test_the_pages_are_readable_to_a_screen_reader(chosen: Settings) -> None:
    made = (pages.privacy(chosen), pages.terms(chosen), pages.confirm("a<b>.txt", chosen), pages.expired(chosen))
    for html in made:
        outline = _Outline(html)
        headings = [tag for tag in outline.tags if re.fullmatch(r"h\d", tag)]
        assert outline.lang == "sv"
        assert headings[0] == "h1"
        assert headings.count("h1") == 1
        assert set(headings) <= {"h1", "h2"}
        assert {"title", "main", "footer"} <= set(outline.tags)
        assert re.search(r'<a class="skip" href="#main">.*<main id="main"', html, re.DOTALL)
    assert "a&lt;b&gt;.txt" in made[2]


def _luminance(colour: str) -> float:
    digits = colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("text", "ground"), [("1b1b1b", "fff"), ("00543a", "fff"), ("1b1b1b", "fff7e6")])
def test_the_colours_can_be_told_apart(text: str, ground: str) -> None:
    assert f"#{text}" in pages._CSS
    assert f"#{ground}" in pages._CSS
    dark, light = sorted((_luminance(text), _luminance(ground)))
    assert (light + 0.05) / (dark + 0.05) >= 7
