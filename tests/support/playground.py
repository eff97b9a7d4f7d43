"""Drives Microsoft's Agents Playground in a real browser, as a person does: through the visible page."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Locator, Page, Route, async_playwright, expect

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TIMEOUT = 20_000
"""Milliseconds that anything on the page may take."""


def chromium() -> str | None:
    """Return an installed Chromium, or Playwright's own; None where there is neither."""
    installed = next((path for name in NAMES if (path := shutil.which(name))), None)
    if installed:
        return installed
    caches = os.environ.get("PLAYWRIGHT_BROWSERS_PATH"), "~/.cache/ms-playwright", "~/Library/Caches/ms-playwright"
    programs = ("chrome-linux*/chrome", "chrome-mac*/Chromium.app/Contents/MacOS/Chromium")
    for cache in filter(None, caches):
        for program in programs:
            found = sorted(Path(cache).expanduser().glob(f"chromium-*/{program}"))
            if found:
                return str(found[-1])
    return None


class Playground:
    """The page, in one conversation at a time."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cards = page.locator(".ac-adaptiveCard")

    async def open(self, conversation: str) -> None:
        """Go to "Personal Chat", the group's name, or "<team> - <channel>"; the first time installs the bot there."""
        await self.page.get_by_role("treeitem", name=conversation).click()
        await expect(self._box).to_be_visible()

    async def say(self, text: str) -> Locator:
        """Write in a chat; the first new card that is shown."""
        before = await self.cards.count()
        await self._box.click()
        await self.page.keyboard.insert_text(text)
        await self.page.get_by_role("button", name="Send Message").last.click()
        card = self.cards.nth(before)
        await expect(card).to_be_visible()
        return card

    async def post(self, text: str, mention: str) -> None:
        """Write a new post in a channel, to the one mentioned."""
        box = self.page.locator("[role=textbox][contenteditable=true]").first
        await box.click()
        await self.page.keyboard.type("@")
        await self.page.get_by_role("menuitem", name=mention).click()  # Enter does not choose
        await expect(box).to_contain_text(mention)  # on a busy machine the text would come before it
        await self.page.keyboard.insert_text(f" {text}")
        await expect(box).to_contain_text(text)
        await self.page.get_by_role("button", name="Post", exact=True).click()

    @property
    def _box(self) -> Locator:
        return self.page.locator("[role=textbox][contenteditable=true]").last


@asynccontextmanager
async def browse(address: str, program: str) -> AsyncIterator[Playground]:
    """Yield the Playground at ``address`` in a headless browser that reaches nothing else."""

    async def cut(route: Route) -> None:
        await route.abort()

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, headless=True, args=list(FLAGS))
        try:
            page = await browser.new_page(viewport={"width": 1400, "height": 1000}, locale="sv-SE")
            page.set_default_timeout(TIMEOUT)
            expect.set_options(timeout=TIMEOUT)
            await page.route(lambda url: not url.startswith(address), cut)  # fonts come from elsewhere
            await page.goto(address)
            await page.get_by_role("button", name="Hide log panel").click()
            yield Playground(page)
        finally:
            await browser.close()
