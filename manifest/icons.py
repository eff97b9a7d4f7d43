"""Draw the icons' PNG files from their SVG sources: ``python -m manifest.icons``, after a change to a drawing.

Needs the extra ``dev`` and a Chromium: the one on the path, else Playwright's own. Sizes and colours follow Teams'
rules, which ``tests/test_manifest.py`` checks. ``color`` fills its square, which Teams crops to a circle, a rounded
square or a hexagon. ``outline`` is white on a transparent ground and reaches its edges.
"""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

SIZES = {"color": 192, "outline": 32}
HERE = Path(__file__).parent


def draw(folder: Path = HERE) -> None:
    """Write ``color.png`` and ``outline.png`` to ``folder``."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for name, size in SIZES.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            drawing = (HERE / f"{name}.svg").read_text("utf-8")
            page.set_content(f'<body style="margin:0;background:transparent;line-height:0">{drawing}')
            page.screenshot(path=folder / f"{name}.png", omit_background=True)
        browser.close()


if __name__ == "__main__":
    draw()
