"""The product with an app id: every token is checked, and Teams' own host is reached at the Connector on loopback.

``SIGNED_KEYS`` is where the keys are published, ``SIGNED_CONNECTOR`` where replies go. Everything else is ``app.py``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession

import app
from bot.message import Json
from bot.teams.authentication import Authenticator
from bot.teams.connector import Connector
from bot.teams.gate import TeamsGate


def _gate(app_id: str, *, session: ClientSession, tenants: Any, service_hosts: Any) -> TeamsGate:
    keys = Authenticator(app_id, session, metadata_url=os.environ["SIGNED_KEYS"])
    return TeamsGate(keys, tenants, service_hosts)


async def _static_token() -> str:
    return "x" * 1100


@asynccontextmanager
async def _token(_credential: Any) -> AsyncIterator[Any]:
    yield _static_token


class _Rerouted(Connector):
    async def _call(self, method: str, service_url: str, path: str, body: Json | None = None) -> Json:
        if not self._allows(service_url):
            raise ValueError(service_url)
        here = Connector(self._session, self._token, lambda _url: True)
        return await here._call(method, os.environ["SIGNED_CONNECTOR"], path, body)


if __name__ == "__main__":
    vars(app).update(make_gate=_gate, ConnectorToken=_token, Connector=_Rerouted)
    sys.exit(app.main())
