"""The files about people: one's own data, for reading and for programs, and the kansli's log."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bot.privacy import auditing, readable
from bot.routes import Role, Routes
from bot.turn import Wanted
from storage import privacy

routes = Routes()


@routes.download("text", saved_as="mina-uppgifter.txt", content_type="text/plain")
def text(wanted: Wanted) -> Callable[[], bytes]:
    """Everything that is kept about a person, for reading."""
    return partial(readable.as_text, privacy.export(wanted.session, wanted.person.id), wanted.settings, wanted.now)


@routes.download("json", saved_as="mina-uppgifter.json", content_type="application/json")
def data(wanted: Wanted) -> Callable[[], bytes]:
    """The same for a program."""
    return partial(readable.as_json, privacy.export(wanted.session, wanted.person.id), wanted.settings, wanted.now)


@routes.download("log", saved_as="andringslogg.csv", content_type="text/csv", role=Role.KANSLI)
def log(wanted: Wanted) -> Callable[[], bytes]:
    """Whatever the kansli has changed."""
    return partial(auditing.written, auditing.lines(wanted.session))
