"""An announcement can go to the municipalities that have a duty left."""

from __future__ import annotations

import pytest

from bot.duties.audience import CONDITIONS
from bot.message import UserError
from bot.register import audience
from bot.register.audience import CONDITIONS as OWN
from storage.audiences import Audience, Part
from storage.duties import DutyState
from tests.conftest import NOON
from tests.support.chat import Chat
from tests.support.duties import add_duty, put
from tests.support.people import SOTENAS, know, person, set_up

pytestmark = pytest.mark.usefixtures("filled")


def concerned(chat: Chat, argument: str) -> list[int]:
    known, wanted = {**OWN, **CONDITIONS}, Audience((Part(conditions=(f"undone:{argument}",)),))
    return chat.app.database.play(lambda session: audience.person_ids(session, wanted, NOON, known))


def test_people_are_chosen_until_their_municipality_is_done(chat: Chat, kansli: Chat) -> None:
    know(chat, mail="anna@sotenas.se", municipality_code=SOTENAS)
    set_up(chat.app.database)
    duty = add_duty(chat.app.database)
    assert concerned(chat, str(duty.id)) == [person(chat).id]
    put(chat.app.database, duty, SOTENAS, DutyState.HELP_WANTED)
    assert concerned(chat, str(duty.id)) == [person(chat).id]
    put(chat.app.database, duty, SOTENAS, DutyState.CONFIRMED)
    assert concerned(chat, str(duty.id)) == []
    with pytest.raises(UserError, match="en uppgift som inte finns"):
        concerned(chat, "99")
    kansli.say("annonsera alla: Hej\nVi saknar era nyckeltal.")
    kansli.click("Mottagare")
    assert "Kommunen har kvar: Gröna nyckeltal 2026" in str(kansli.card)
