"""The app package: valid by Microsoft's own schema, equal to the routes, and refused where Teams would refuse it."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.conversation import ROUTES
from bot.message import NOTHING, Reply
from bot.routes import Role, Routes, Where
from bot.turn import Turn
from manifest.build import FOLDER, VALIDATION_ONLY, Deployment, PackageError, build, commands
from manifest.check import MENU_LIMIT, problems
from tests.support.package import APP_ID, HERE, Files, manifest_of, unpacked

SCHEMAS = "@microsoft/app-manifest@1.1.2"
CACHE = FOLDER.parent / "var" / "npm"


def routes_of(*menu: tuple[str, Where, Role]) -> Routes[Turn]:
    routes = Routes[Turn]()

    def handler(_turn: Turn) -> Reply:
        return NOTHING

    for word, where, role in menu:
        routes.command(word, help=f"Hjälp om {word}", where=where, role=role, menu=True)(handler)
    routes.command("utanför", help="Inte i menyn")(handler)
    return routes


@pytest.fixture
def files() -> Files:
    return unpacked(build(HERE, ROUTES))


# --- Microsoft's schema


@pytest.fixture(scope="session")
def schemas() -> Path:
    """Microsoft's schemas, from npm; kept under var/ between runs."""
    folder = CACHE / "node_modules" / "@microsoft" / "app-manifest" / "build" / "json-schemas" / "teams"
    if not folder.is_dir():
        install(SCHEMAS)
    return folder


def install(package: str) -> None:
    if shutil.which("npm") is None:
        pytest.skip(f"npm is not installed, and Microsoft's manifest schema comes in its package {package}")
    CACHE.parent.mkdir(exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=CACHE.parent))
    command = ["npm", "install", "--prefix", str(fresh), "--ignore-scripts", "--no-audit", "--no-fund", package]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=90)
        fresh.rename(CACHE)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"npm could not install {package}: {error}")
    except OSError:
        assert CACHE.is_dir()  # another test process was first
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def schema_errors(files: Files, schemas: Path) -> Iterator[str]:
    manifest = manifest_of(files)
    folder = schemas / f"v{manifest['manifestVersion']}"
    documents = {"manifest.json": "MicrosoftTeams.schema.json"}
    documents |= {
        language["file"]: "MicrosoftTeams.Localization.schema.json"
        for language in manifest["localizationInfo"]["additionalLanguages"]
        if language["file"] in files
    }
    for name, schema_name in documents.items():
        schema = json.loads((folder / schema_name).read_text("utf-8"))
        kind = jsonschema.validators.validator_for(schema)
        validator = kind(schema, format_checker=kind.FORMAT_CHECKER)
        for error in validator.iter_errors(json.loads(files[name])):
            yield f"{name} {'/'.join(map(str, error.absolute_path))}: {error.message}"


def faults(files: Files, schemas: Path) -> list[str]:
    return [*schema_errors(files, schemas), *problems(files)]


READING = replace(HERE, read_threads=True)
PRIVATE = replace(HERE, private_replies=True)


@pytest.mark.parametrize(
    "deployment",
    [HERE, Deployment(), READING, PRIVATE],
    ids=["deployed", "validation only", "reads threads", "answers privately"],
)
def test_package_is_valid_by_microsofts_schema(deployment: Deployment, schemas: Path) -> None:
    assert faults(unpacked(build(deployment, ROUTES)), schemas) == []


def test_schema_version_is_the_newest_stable_one(files: Files, schemas: Path) -> None:
    versions = [tuple(map(int, each.name[1:].split("."))) for each in schemas.glob("v[0-9]*")]
    major, minor = max(versions)
    assert manifest_of(files)["manifestVersion"] == f"{major}.{minor}"
    for name in ("manifest.json", "en.json"):
        assert f"/v{major}.{minor}/" in json.loads(files[name])["$schema"]


def changed(files: Files, change: Callable[[Any], object]) -> Files:
    manifest = manifest_of(files)
    change(manifest)
    return {**files, "manifest.json": json.dumps(manifest).encode()}


def without(files: Files, name: str) -> Files:
    return {other: data for other, data in files.items() if other != name}


def thirteen(manifest: Any) -> None:
    manifest["bots"][0]["commandLists"][0]["commands"] = [{"title": f"kommando {number}"} for number in range(13)]


SEEDED: dict[str, tuple[Callable[[Files], Files], str]] = {
    "long name": (lambda files: changed(files, lambda m: m["name"].update(short="x" * 31)), "name/short"),
    "wrong scope": (
        lambda files: changed(files, lambda m: m["bots"][0]["scopes"].append("groupchat")),
        "bots/0/scopes",
    ),
    "unknown property": (lambda files: changed(files, lambda m: m.update(botten={})), "botten"),
    "missing colour icon": (lambda files: without(files, "color.png"), "color.png"),
    "missing outline icon": (lambda files: without(files, "outline.png"), "outline.png"),
    "wrong icon size": (lambda files: {**files, "outline.png": files["color.png"]}, "is 192×192, should be 32×32"),
    "icon that is no PNG": (lambda files: {**files, "color.png": b"<svg/>"}, "is no PNG, should be 192×192"),
    "missing language file": (lambda files: without(files, "en.json"), "en.json"),
    "language file without a text": (lambda files: {**files, "en.json": b'{"name.short": "x"}'}, "description.full"),
    "thirteen commands": (lambda files: changed(files, thirteen), "13 commands in the menu for personal"),
    "thirteen commands, by schema": (lambda files: changed(files, thirteen), "commandLists/0/commands: "),
    "another bot": (lambda files: changed(files, lambda m: m["bots"][0].update(botId=VALIDATION_ONLY)), "differ"),
}


@pytest.mark.parametrize("fault", SEEDED)
def test_seeded_fault_is_caught(fault: str, files: Files, schemas: Path) -> None:
    spoil, told = SEEDED[fault]
    assert [line for line in faults(spoil(files), schemas) if told in line]


def test_only_the_variant_that_reads_threads_asks_for_it(files: Files) -> None:
    asks = {"resourceSpecific": [{"name": "ChannelMessage.Read.Group", "type": "Application"}]}

    assert manifest_of(unpacked(build(READING, ROUTES))) == {
        **manifest_of(files),
        "authorization": {"permissions": asks},
    }
    assert "authorization" not in manifest_of(files)


# --- the command menus


def test_menus_are_the_routes_marked_for_them(files: Files) -> None:
    lists = manifest_of(files)["bots"][0]["commandLists"]
    assert lists == commands(ROUTES)
    shown = {tuple(each["scopes"]): [command["title"] for command in each["commands"]] for each in lists}
    menu = [command for command in ROUTES if command.menu]
    everywhere = [command.word for command in menu if command.where is Where.ANY]
    assert shown == {
        ("personal",): [command.word for command in menu],
        ("team",): everywhere,
        ("groupChat",): everywhere,
    }


def test_every_command_in_a_menu_is_understood() -> None:
    for each in commands(ROUTES):
        for shown in each["commands"]:
            found = ROUTES.find(shown["title"])
            assert found is not None
            assert (found[0].word, found[0].help, found[1]) == (shown["title"], shown["description"], "")


def test_a_menu_has_what_its_scope_answers() -> None:
    routes = routes_of(
        ("hjälp", Where.ANY, Role.MEMBER),
        ("mina uppgifter", Where.PERSONAL, Role.MEMBER),
        ("frågebank", Where.PERSONAL, Role.KANSLI),
    )
    help_, mine, bank = (
        {"title": word, "description": f"Hjälp om {word}"} for word in ("hjälp", "mina uppgifter", "frågebank")
    )
    assert commands(routes) == [
        {"scopes": ["personal"], "commands": [help_, mine, bank]},
        {"scopes": ["team"], "commands": [help_]},
        {"scopes": ["groupChat"], "commands": [help_]},
    ]


def test_a_scope_without_commands_has_no_menu() -> None:
    assert [each["scopes"] for each in commands(routes_of(("mina", Where.PERSONAL, Role.MEMBER)))] == [["personal"]]


def test_twelve_commands_fit_and_thirteen_are_refused() -> None:
    menu = [(f"kommando {number}", Where.ANY, Role.MEMBER) for number in range(MENU_LIMIT + 1)]
    assert build(HERE, routes_of(*menu[:-1]))
    with pytest.raises(PackageError, match="13 commands in the menu for personal, Teams shows 12"):
        build(HERE, routes_of(*menu))


# --- the package


def test_package_has_its_files_at_the_root_and_nothing_else(files: Files) -> None:
    assert list(files) == ["color.png", "en.json", "manifest.json", "outline.png"]


def test_same_input_gives_the_same_bytes() -> None:
    package = build(HERE, ROUTES)
    assert package == build(HERE, ROUTES)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_one_app_id_everywhere(files: Files) -> None:
    manifest = manifest_of(files)
    assert manifest["id"] == manifest["bots"][0]["botId"] == manifest["webApplicationInfo"]["id"] == APP_ID
    assert manifest["webApplicationInfo"]["resource"] == f"api://botid-{APP_ID}"
    assert b"{{" not in files["manifest.json"]


def test_addresses_come_from_the_public_url(files: Files) -> None:
    manifest = manifest_of(files)
    assert manifest["validDomains"] == ["bot.example.org"]
    assert manifest["developer"]["privacyUrl"] == "https://bot.example.org/integritet"
    assert manifest["developer"]["termsOfUseUrl"] == "https://bot.example.org/villkor"


def test_without_a_public_url_the_pages_are_the_associations() -> None:
    manifest = manifest_of(unpacked(build(Deployment(app_id=APP_ID, terms_url="https://x.example.org/t"), ROUTES)))
    assert "validDomains" not in manifest
    assert manifest["developer"]["privacyUrl"] == "https://www.sekom.se/integritet"
    assert manifest["developer"]["termsOfUseUrl"] == "https://x.example.org/t"


def test_swedish_is_the_default_language_and_english_has_the_same_texts(files: Files) -> None:
    manifest = manifest_of(files)
    assert manifest["localizationInfo"]["defaultLanguageTag"] == "sv"
    english = json.loads(files["en.json"])
    swedish = {f"{group}.{length}" for group in ("name", "description") for length in manifest[group]}
    assert swedish == english.keys() - {"$schema"}


@pytest.mark.parametrize(
    ("deployment", "told"),
    [
        (Deployment(app_id="sekom"), "app id 'sekom' is no GUID"),
        (Deployment(app_id=APP_ID + "0"), "is no GUID"),
        (Deployment(public_url="http://bot.example.org"), "public url 'http://bot.example.org' is no plain https"),
        (Deployment(public_url="https://localhost:3978"), "with a public host name"),
        (Deployment(public_url="https://a.example.org/?x"), "is no plain https address"),
        (Deployment(public_url="https://me@a.example.org"), "is no plain https address"),
        (Deployment(privacy_url='https://a.example.org/"'), "privacy url"),
        (Deployment(terms_url="https://a.example.org/{{app_id}}"), "terms url"),
        (Deployment(version="1.0"), "version '1.0' is not three numbers"),
    ],
)
def test_values_that_can_not_be_right_are_refused(deployment: Deployment, told: str) -> None:
    with pytest.raises(PackageError, match=told.replace("?", r"\?")):
        build(deployment, ROUTES)


def test_every_reason_is_told_at_once() -> None:
    with pytest.raises(PackageError) as refusal:
        build(Deployment(app_id="x", version="y", public_url="z"), ROUTES)
    assert len(str(refusal.value).splitlines()) == 3


@pytest.mark.parametrize("name", ["color.png", "outline.png", "en.json"])
def test_a_file_that_is_missing_stops_the_build(name: str, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "manifest", ignore=shutil.ignore_patterns(name))
    with pytest.raises(PackageError, match=f"{name}, .* is missing"):
        build(HERE, ROUTES, tmp_path / "manifest")
