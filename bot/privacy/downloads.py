"""The files about people: a person's own data, for reading and for programs, and the kansli's log."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bot.privacy import audit_log, own_data
from bot.routes import FileRequest, Role, Routes
from bot.turn import Turn
from storage import privacy

routes = Routes[Turn]()


@routes.download("text", saved_as="mina-uppgifter.txt", content_type="text/plain")
def text(wanted: FileRequest) -> Callable[[], bytes]:
    """Everything that is kept about a person, for reading."""
    return partial(own_data.as_text, privacy.export(wanted.session, wanted.person.id), wanted.settings, wanted.now)


@routes.download("json", saved_as="mina-uppgifter.json", content_type="application/json")
def data(wanted: FileRequest) -> Callable[[], bytes]:
    """The same for a program."""
    return partial(own_data.as_json, privacy.export(wanted.session, wanted.person.id), wanted.settings, wanted.now)


@routes.download("log", saved_as="andringslogg.csv", content_type="text/csv", role=Role.KANSLI)
def log(wanted: FileRequest) -> Callable[[], bytes]:
    """Whatever the kansli has changed."""
    return partial(audit_log.written, audit_log.lines(wanted.session))
