from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Settings, SettingsProblems
from bot.settings.kinds import is_loopback

GUID = "11111111-2222-3333-4444-555555555555"
OTHER = "aaaaaaaa-BBBB-cccc-dddd-eeeeeeeeeeee"
SECRET = "hemlig~K8s"
HOSTED = {
    "MicrosoftAppId": GUID,
    "MicrosoftAppPassword": SECRET,
    "MicrosoftAppTenantId": OTHER,
    "SEKOM_CONTACT": "kansliet@sekom.example",
}


def problems(environ: dict[str, str], env_file: Path | None = None) -> list[str]:
    """What is wrong, each as "NAME: reason", without the remedy."""
    with pytest.raises(SettingsProblems) as caught:
        Settings.load(environ, env_file)
    assert all(line.endswith((".", "?")) and ". " in line for line in caught.value.problems), "a remedy each"
    assert SECRET not in str(caught.value)
    return [line.partition(". ")[0] for line in caught.value.problems]


def test_nothing_set_is_local_mode_on_loopback() -> None:
    settings = Settings.load({"PATH": "/bin"})
    assert settings.local
    assert (settings.host, settings.port, settings.database_url) == ("127.0.0.1", 3978, "sqlite:///var/sekom.db")
    assert settings.allowed_tenants == frozenset()
    assert settings.question_days == 180


def test_an_app_id_is_the_hosted_bot() -> None:
    settings = Settings.load({**HOSTED, "HOST": "0.0.0.0"})  # noqa: S104
    assert not settings.local
    assert settings.app_id == GUID
    assert settings.app_password
    assert settings.app_password.get_secret_value() == SECRET
    assert settings.allowed_tenants == {OTHER.lower()}
    assert SECRET not in repr(settings)


def test_lists_are_comma_separated_and_guids_lower_case() -> None:
    settings = Settings.load({**HOSTED, "SEKOM_TENANTS": f" {GUID}, {OTHER},", "SEKOM_KANSLI": OTHER})
    assert settings.allowed_tenants == {GUID, OTHER.lower()}
    assert settings.kansli == {OTHER.lower()}


def test_service_urls_become_exact_hosts() -> None:
    settings = Settings.load({"SEKOM_SERVICE_URLS": "https://Teams.example.org/emea/, smba.example.net"})
    assert settings.service_hosts == {"teams.example.org", "smba.example.net"}


@pytest.mark.parametrize("host", ["*.example.net", "http://a.example", "a.example@b.example", "a.example:8080", "net"])
def test_a_service_url_that_is_no_exact_host_is_refused(host: str) -> None:
    assert problems({"SEKOM_SERVICE_URLS": host}) == [
        f"SEKOM_SERVICE_URLS (entry 1): {host!r} is not one exact https host"
    ]


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("sqlite:///var/other.db", "sqlite:///var/other.db"),
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
    ],
)
def test_database_urls(written: str, used: str) -> None:
    assert Settings.load({"DATABASE_URL": written}).database_url == used


@pytest.mark.parametrize("url", [f"mysql://u:{SECRET}@h/d", "sqlite://", "sqlite:///", "var/sekom.db"])
def test_other_databases_are_refused_without_quoting_them(url: str) -> None:
    assert problems({"DATABASE_URL": url}) == ["DATABASE_URL: it names no database that the bot can use"]


def test_every_problem_is_told_at_once() -> None:
    wrong = {
        "MicrosoftAppId": SECRET,
        "MicrosoftAppType": "MultiTenant",
        "PORT": "70000",
        "SEKOM_CONTACT": "kansli..et@sekom.example",
        "SEKOM_KANSLI": f"{GUID},lisa",
        "SEKOM_PUBLIC_URL": "http://bot.example.org",
        "SEKOM_QUESTION_DAYS": "many",
        "SEKOM_TENNANTS": GUID,
    }
    assert sorted(line.partition(":")[0] for line in problems(wrong)) == [
        "MicrosoftAppId",
        "MicrosoftAppPassword",
        "MicrosoftAppTenantId",
        "MicrosoftAppType",
        "PORT",
        "SEKOM_CONTACT",
        "SEKOM_KANSLI (entry 2)",
        "SEKOM_PUBLIC_URL",
        "SEKOM_QUESTION_DAYS",
        "SEKOM_TENNANTS",
    ]


@pytest.mark.parametrize("missing", sorted(HOSTED.keys() - {"MicrosoftAppId"}))
def test_an_app_id_needs_the_rest(missing: str) -> None:
    assert problems({**HOSTED, missing: " "}) == [f"{missing}: it is missing"]


def test_a_managed_identity_has_no_password() -> None:
    settings = Settings.load({**HOSTED, "MicrosoftAppPassword": "", "MicrosoftAppType": "userassignedmsi"})
    assert settings.app_type == "UserAssignedMSI"
    assert settings.app_password is None


def test_multi_tenant_is_refused_with_the_reason() -> None:
    assert problems({**HOSTED, "MicrosoftAppType": "MultiTenant"}) == [
        "MicrosoftAppType: MultiTenant is refused: it lets every organisation's users write to the bot"
    ]


@pytest.mark.parametrize("rest", [{}, {"MicrosoftAppPassword": SECRET, "MicrosoftAppTenantId": GUID}])
@pytest.mark.parametrize("blank", ["", "  ", "\t"])
def test_a_blank_app_id_is_no_local_mode(blank: str, rest: dict[str, str]) -> None:
    assert problems({"MicrosoftAppId": blank, **rest}) == [
        "MicrosoftAppId: it is set but empty, and must not mean local mode"
    ]


@pytest.mark.parametrize("name", ["MicrosoftAppPassword", "MicrosoftAppTenantId"])
def test_half_an_identity_is_no_local_mode(name: str) -> None:
    assert problems({name: GUID}) == [f"MicrosoftAppId: it is missing, although {name} is set"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "bot.example.org", "127.0.0.1.example.org"])  # noqa: S104
def test_local_mode_listens_on_loopback_only(host: str) -> None:
    assert problems({"HOST": host}) == [f"HOST: without an app id nothing checks who writes, so {host!r} is refused"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "[::1]", "localhost", "LOCALHOST"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("SEKOM_TENANT", "Did you mean SEKOM_TENANTS?"),
        ("sekom_kansli", "Did you mean SEKOM_KANSLI?"),
        ("MICROSOFTAPPID", "Did you mean MicrosoftAppId?"),
        ("SEKOM_XYZZY", "Remove it."),
    ],
)
def test_an_unknown_name_is_a_typo(typo: str, meant: str) -> None:
    with pytest.raises(SettingsProblems, match=f"^{typo}: there is no such setting. {meant}".replace("?", r"\?")):
        Settings.load({typo: "1"})


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text('PORT=4000\nHOST=127.0.0.2\nSEKOM_CONTACT="a@b.example"\nPASSWORD=$not{expanded}\n', "utf-8")
    settings = Settings.load({"PORT": "5000"}, file)
    assert (settings.port, settings.host, settings.contact) == (5000, "127.0.0.2", "a@b.example")
    file.write_text("SEKOM_TENNANTS=1\n", "utf-8")
    assert problems({}, file) == ["SEKOM_TENNANTS: there is no such setting"]
    assert Settings.load({}, tmp_path / "none").port == 3978


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"SEKOM_CONTACT=k\xe4@b.example", "it is not UTF-8"),
        (b"PORT=4000\n= hemlig~K8s\n", "line 2 can't be understood"),
    ],
)
def test_a_file_that_can_not_be_understood_is_no_traceback(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / ".env").write_bytes(content)
    assert problems({}, tmp_path / ".env") == [f"{tmp_path}/.env: {said}"]


def test_a_port_that_is_none_is_told_before_any_command_uses_it() -> None:
    assert problems({"DATABASE_URL": f"postgresql://u:{SECRET}@h:port/d"}) == ["DATABASE_URL: its port is not a number"]
    assert not Settings.load({"DATABASE_URL": "postgresql://u:a:b/c@[::1]:5432/d"}).database_url.startswith("sqlite")
    assert Settings.load({"DATABASE_URL": "sqlite:////srv/a@b:c@d/x.db"}).database_url.endswith("a@b:c@d/x.db")


def test_a_password_with_an_at_sign_is_not_told_as_a_host() -> None:
    (told,) = problems({"DATABASE_URL": "postgresql://bot:hem@lig@db.example/bot"})
    assert told == "DATABASE_URL: it has more than one @; write the password's own as %40"


def test_the_process_environment_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "4711")
    assert Settings.load({}).port == 3978


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings.load({}).port = 1
