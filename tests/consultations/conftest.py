"""Fixtures for consultations: mail on paper behind every delivery, and a consultation that is out."""

from __future__ import annotations

import pytest

from tests.announcements.conftest import post as post  # noqa: PLC0414 - the same office
from tests.support.announcements import Post, follow, listed
from tests.support.chat import Chat
from tests.support.people import LUND, SOTENAS, know, person

LINE = "annonsera vatten: Remiss om nationella vattenmål, svara senast 15 januari 2027 https://www.sekom.se/vatten"


@pytest.fixture
def anna(kansli: Chat, post: Post) -> Chat:
    """Anna of Sotenäs, a guest. Bo of Lund and Siri, who gets mail, have the consultation too; Cia has not."""
    chat, bo = kansli.as_("Anna Andersson"), kansli.as_("Bo Ek")
    know(chat, mail="anna@sotenas.se", municipality_code=SOTENAS, guest=True, role="officer")
    know(bo, municipality_code=LUND)
    for number in (person(chat).id, person(bo).id, listed(kansli, "Siri Sten", mail="siri@sotenas.se", guest=True)):
        follow(kansli, number)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    post.work()
    return chat
