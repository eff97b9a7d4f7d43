"""``python -m manifest.build``: where its values come from, what it writes and what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversation import ROUTES
from bot.settings import Settings
from manifest.build import VALIDATION_ONLY, build, main
from tests.support.package import APP_ID, HERE, manifest_of, unpacked


def no_settings() -> Settings:
    raise AssertionError("the settings are not needed when the app id is given")


def test_package_is_written_where_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "sekom.zip"
    assert main(["--app-id", APP_ID, "--version", "1.2.0", "--out", str(out)], no_settings) == 0
    manifest = manifest_of(unpacked(out.read_bytes()))
    assert (manifest["id"], manifest["version"]) == (APP_ID, "1.2.0")
    assert capsys.readouterr().out == f"{out}: version 1.2.0, app id {APP_ID}\n"
    assert main(["--app-id", APP_ID, "--out", str(out / "in-a-file.zip")], no_settings) == 2
    assert "Give another place: --out FILE" in capsys.readouterr().err


def test_refusal_is_exit_code_2_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sekom.zip"
    assert main(["--app-id", "fel", "--out", str(out)], no_settings) == 2
    assert not out.exists()
    assert "app id 'fel' is no GUID" in capsys.readouterr().err


def test_app_id_and_public_url_come_from_the_settings(tmp_path: Path) -> None:
    environ = {
        "MicrosoftAppId": APP_ID.upper(),
        "MicrosoftAppPassword": "secret",
        "MicrosoftAppTenantId": VALIDATION_ONLY,
        "SEKOM_CONTACT": "kansliet@example.org",
        "SEKOM_PUBLIC_URL": "https://bot.example.org/",
    }
    out = tmp_path / "sekom.zip"
    assert main(["--out", str(out)], lambda: Settings.load(environ)) == 0
    assert out.read_bytes() == build(HERE, ROUTES)


def test_the_variant_that_reads_threads_comes_from_the_switch_or_the_setting(tmp_path: Path) -> None:
    out, local = tmp_path / "sekom.zip", {"SEKOM_READ_THREADS": "true"}
    for given, load in ((["--app-id", APP_ID, "--read-threads"], no_settings), ([], lambda: Settings.load(local))):
        assert main([*given, "--out", str(out)], load) == 0
        asked = manifest_of(unpacked(out.read_bytes()))["authorization"]["permissions"]["resourceSpecific"]
        assert [one["name"] for one in asked] == ["ChannelMessage.Read.Group"]


def test_the_variant_for_private_questions_comes_from_the_switch_or_the_setting(tmp_path: Path) -> None:
    out, local = tmp_path / "sekom.zip", {"SEKOM_PRIVATE_REPLIES": "true"}
    for given, load in ((["--app-id", APP_ID, "--private-replies"], no_settings), ([], lambda: Settings.load(local))):
        assert main([*given, "--out", str(out)], load) == 0
        assert manifest_of(unpacked(out.read_bytes()))["bots"][0]["supportsTargetedMessages"] is True


def test_settings_that_are_wrong_are_a_refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(tmp_path / "x.zip")], lambda: Settings.load({"MicrosoftAppId": "fel"})) == 2
    assert "MicrosoftAppId" in capsys.readouterr().err


def test_without_an_app_id_it_says_what_the_package_is_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, local = tmp_path / "sekom.zip", {"SEKOM_PUBLIC_URL": "http://localhost:3978"}
    assert main(["--out", str(out)], lambda: Settings.load(local)) == 0
    assert manifest_of(unpacked(out.read_bytes()))["id"] == VALIDATION_ONLY
    assert "only for validation" in capsys.readouterr().out
