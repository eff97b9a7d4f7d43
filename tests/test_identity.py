"""Who the bot is towards Entra, and that Graph's package is needed only where Graph is set up."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.identity.aio import CertificateCredential, ClientSecretCredential, ManagedIdentityCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

import app
from bot.identity import credential
from bot.settings import Settings, SettingsProblems
from tests.support.dates import environment
from tests.support.paths import ROOT

pytestmark = pytest.mark.clock

GUID = "6c9e9d3a-0000-4000-8000-000000000001"
HOSTED = {"MicrosoftAppId": GUID, "MicrosoftAppTenantId": GUID, "SEKOM_CONTACT": "kansliet@ekokommuner.example"}
MISSING = """
import asyncio, sys
sys.modules["msgraph"] = None
import app
from bot.settings import Settings
from tests.support.paths import ROOT
settings = Settings.load({settings!r})
async def start():
    async with app.build(settings):
        print("started", "kiota_http" in sys.modules)
try:
    asyncio.run(start())
except app.StartError as error:
    print(error)
"""


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bot")])
    day = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(day).not_valid_after(day + timedelta(days=3650))
    file = tmp_path / "bot.pem"
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(secret + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return file


async def test_a_secret_a_certificate_or_a_managed_identity(pem: Path) -> None:
    for given, kind in (
        ({"MicrosoftAppPassword": "hemligt"}, ClientSecretCredential),
        ({"SEKOM_CERTIFICATE": str(pem)}, CertificateCredential),
        ({"MicrosoftAppPassword": "hemligt", "SEKOM_CERTIFICATE": str(pem)}, CertificateCredential),
        ({"MicrosoftAppType": "UserAssignedMSI"}, ManagedIdentityCredential),
    ):
        made = credential(Settings.load({**HOSTED, **given}))
        assert isinstance(made, kind)
        await made.close()


async def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SettingsProblems, match=r"SEKOM_CERTIFICATE: there is no such file\. Write the path of a PEM"):
        Settings.load({**HOSTED, "SEKOM_CERTIFICATE": str(tmp_path / "none.pem")})
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("hemligt", "utf-8")
    database = f"sqlite:///{tmp_path}/bot.db"
    settings = Settings.load({**HOSTED, "SEKOM_CERTIFICATE": str(wrong), "DATABASE_URL": database})
    with pytest.raises(app.StartError, match="SEKOM_CERTIFICATE can't be used") as told:
        async with app.build(settings):
            pass
    assert "hemligt" not in str(told.value)


@pytest.mark.parametrize("name", ["SEKOM_GRAPH_MAILBOX", "SEKOM_CERTIFICATE"])
def test_half_a_set_up_is_no_local_mode(name: str, pem: Path) -> None:
    value = str(pem) if name == "SEKOM_CERTIFICATE" else "bot@ekokommuner.example"
    with pytest.raises(SettingsProblems, match=f"MicrosoftAppId: it is missing, although {name} is set"):
        Settings.load({name: value})


@pytest.mark.costly
@pytest.mark.parametrize(
    ("mailbox", "expected"),
    [
        ("", "started False"),
        (
            "bot@ekokommuner.example",
            "SEKOM_GRAPH_MAILBOX is set, but msgraph-sdk is not installed; install the bot with its extra: .[graph]",
        ),
    ],
)
def test_without_its_package_the_bot_runs_until_graph_is_set_up(tmp_path: Path, mailbox: str, expected: str) -> None:
    settings = {**HOSTED, "MicrosoftAppPassword": "x", "DATABASE_URL": f"sqlite:///{tmp_path}/bot.db"}
    program = MISSING.format(settings={**settings, "SEKOM_GRAPH_MAILBOX": mailbox})
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment()},
        check=False,
    )
    assert ended.stdout.strip() == expected, ended.stderr
