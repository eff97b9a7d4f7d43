"""The app's own identity towards Entra: a client secret, a certificate or a managed identity, whichever is set."""

from __future__ import annotations

from typing import Any

from azure.core.credentials_async import AsyncTokenCredential
from azure.identity.aio import CertificateCredential, ClientSecretCredential, ManagedIdentityCredential

from bot.settings import Settings


def credential(settings: Settings, **options: Any) -> AsyncTokenCredential:
    """What gives tokens. Belongs to the event loop it is first used on, and whoever asked for it closes it.

    ``options`` are azure-identity's own. Raises :class:`ValueError` where the certificate can't be used.
    """
    app, tenant = settings.app_id or "", settings.app_tenant_id or ""
    if settings.app_type == "UserAssignedMSI":
        return ManagedIdentityCredential(client_id=app, **options)
    if settings.certificate is not None:
        return CertificateCredential(tenant, app, certificate_path=str(settings.certificate), **options)
    secret = settings.app_password.get_secret_value() if settings.app_password else ""
    return ClientSecretCredential(tenant, app, secret, **options)
