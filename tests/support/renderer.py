"""Microsoft's own renderer of Adaptive Cards, in a real browser: what a person sees of a card."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, Route, async_playwright

from bot.message import Json
from tests.support.paths import ROOT
from tests.support.playground import FLAGS, chromium

FOLDER = ROOT / "var" / "renderer" / "node_modules"
"""Where ``make test`` installs it, in the versions that the Makefile pins."""
SCRIPTS = (
    FOLDER / "adaptivecards" / "dist" / "adaptivecards.min.js",
    FOLDER / "markdown-it" / "dist" / "markdown-it.min.js",
)
_SHOW = """card => {
    AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
        result.outputHtml = markdownit().render(text);
        result.didProcess = true;
    };
    const shown = new AdaptiveCards.AdaptiveCard();
    shown.parse(card);
    document.body.replaceChildren(shown.render());
    const lines = document.body.innerText.split("\\n").map(line => line.trim()).filter(line => line);
    const elements = [...document.body.querySelectorAll("li, pre, code, hr, em, strong, a, img, script")];
    return {lines, elements: elements.map(element => element.tagName.toLowerCase())};
}"""


def missing() -> str:
    """Return why no card can be rendered here; empty where it can."""
    if not all(script.exists() for script in SCRIPTS):
        return "Microsoft's renderer is not installed (make test installs it where there is Node 18)"
    return "" if chromium() else "neither Chromium nor Playwright's own browser is installed"


class Renderer:
    """A page that shows one card at a time."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def show(self, card: Json) -> tuple[list[str], list[str]]:
        """Return the lines that a person reads, and the elements that Markdown has made."""
        shown = await self._page.evaluate(_SHOW, card)
        return shown["lines"], shown["elements"]


@asynccontextmanager
async def rendering() -> AsyncIterator[Renderer]:
    """Yield the renderer in a headless browser that reaches nothing."""

    async def cut(route: Route) -> None:
        await route.abort()

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), headless=True, args=list(FLAGS))
        try:
            page = await browser.new_page(viewport={"width": 800, "height": 1000}, locale="sv-SE")
            await page.route("**/*", cut)
            for script in SCRIPTS:
                await page.add_script_tag(content=script.read_text("utf-8"))
            yield Renderer(page)
        finally:
            await browser.close()
