"""A bare echo bot on Microsoft's Teams SDK, as its samples put one together; no token is asked for."""

from __future__ import annotations

import asyncio
import os

import uvicorn
from fastapi import FastAPI
from microsoft_teams.api import MessageActivity
from microsoft_teams.apps import ActivityContext, App, FastAPIAdapter

PORT = int(os.environ["PORT"])


def server(app: FastAPI) -> uvicorn.Server:
    """On this machine only, and silent: the SDK's own choice is every address and a line for each request."""
    return uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=PORT, log_level="warning", access_log=False))


app = App(
    dangerously_allow_unauthenticated_requests=True,
    http_server_adapter=FastAPIAdapter(server_factory=server),
)


@app.on_message
async def echo(ctx: ActivityContext[MessageActivity]) -> None:
    await ctx.send(ctx.activity.text or "")


if __name__ == "__main__":
    asyncio.run(app.start(PORT))
