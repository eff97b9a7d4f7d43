"""The app's own identity in Entra: a client secret, a certificate or a managed identity, depending on the settings."""

from __future__ import annotations

from typing import Any

from azure.core.credentials_async import AsyncTokenCredential
from azure.identity.aio import CertificateCredential, ClientSecretCredential, ManagedIdentityCredential

from bot.settings import Settings


def credential(settings: Settings, **options: Any) -> AsyncTokenCredential:
    """Return the credential that gives tokens. The caller closes it, and uses it on one event loop only.

    ``options`` are azure-identity's own. Raises :class:`ValueError` where the certificate can't be used.
    """
    app, tenant = settings.app_id or "", settings.app_tenant_id or ""
    if settings.app_type == "UserAssignedMSI":
        return ManagedIdentityCredential(client_id=app, **options)
    if settings.certificate is not None:
        return CertificateCredential(tenant, app, certificate_path=str(settings.certificate), **options)
    secret = settings.app_password.get_secret_value() if settings.app_password else ""
    return ClientSecretCredential(tenant, app, secret, **options)
