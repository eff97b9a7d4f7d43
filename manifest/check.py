"""Checks of an app package that a JSON schema can't make, and the limits of the command menus.

Microsoft's schema has the other rules; ``tests/test_manifest.py`` validates against it.
"""

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any

MENU_LIMIT = 12
"""Commands that Teams shows in one menu, by the schema."""

_ICON_SIZES = {"color": 192, "outline": 32}
_PNG_HEADER = struct.Struct(">8s4x4sII")


def problems(files: Mapping[str, bytes]) -> list[str]:
    """Return all faults of a package, given as its files by name; empty if there are none."""
    manifest = json.loads(files["manifest.json"])
    return [*_ids(manifest), *_menus(manifest), *_icons(manifest, files), *_languages(manifest, files)]


def _ids(manifest: Mapping[str, Any]) -> Iterator[str]:
    app = manifest["webApplicationInfo"]
    if len({manifest["id"], app["id"], manifest["bots"][0]["botId"]}) > 1 or manifest["id"] not in app["resource"]:
        yield "id, bots[0].botId and webApplicationInfo differ: all are the bot's app id"


def _menus(manifest: Mapping[str, Any]) -> Iterator[str]:
    for menu in manifest["bots"][0].get("commandLists", []):
        if len(menu["commands"]) > MENU_LIMIT:
            scopes = ", ".join(menu["scopes"])
            yield (
                f"{len(menu['commands'])} commands in the menu for {scopes}, Teams shows {MENU_LIMIT}: "
                "take menu=True from some of the routes"
            )


def _icons(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[str]:
    for kind, wanted in _ICON_SIZES.items():
        name = manifest["icons"][kind]
        if name not in files:
            yield f"{name}, the {kind} icon, is missing: draw it with python -m manifest.icons"
        elif (size := _png_size(files[name])) != (wanted, wanted):
            actual = f"{size[0]}×{size[1]}" if size else "no PNG"
            yield f"{name}, the {kind} icon, is {actual}, should be {wanted}×{wanted}"


def _png_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height from the file's header, or None if it is not a PNG."""
    if len(data) < _PNG_HEADER.size:
        return None
    magic, chunk, width, height = _PNG_HEADER.unpack_from(data)
    return (width, height) if (magic, chunk) == (b"\x89PNG\r\n\x1a\n", b"IHDR") else None


def _languages(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[str]:
    for language in manifest["localizationInfo"].get("additionalLanguages", []):
        name, tag = language["file"], language["languageTag"]
        if name not in files:
            yield f"{name}, the texts in {tag}, is missing"
            continue
        texts = json.loads(files[name])
        for group in ("name", "description"):
            for length in manifest[group]:
                if not texts.get(f"{group}.{length}"):
                    yield f"{name} lacks {group}.{length}"
