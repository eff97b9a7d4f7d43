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
from tests.duties.test_members import anna as anna
from tests.support.chat import Chat
from tests.support.duties import add_duty, put
from tests.support.people import SOTENAS, person

pytestmark = pytest.mark.usefixtures("filled")


def concerned(chat: Chat, argument: str) -> list[int]:
    known, wanted = {**OWN, **CONDITIONS}, Audience((Part(conditions=(f"undone:{argument}",)),))
    return chat.app.database.play(lambda session: audience.person_ids(session, wanted, NOON, known))


def test_people_are_chosen_until_their_municipality_is_done(anna: Chat, kansli: Chat) -> None:
    duty = add_duty(anna.app.database)
    assert concerned(anna, str(duty.id)) == [person(anna).id]
    put(anna.app.database, duty, SOTENAS, DutyState.HELP_WANTED)
    assert concerned(anna, str(duty.id)) == [person(anna).id]
    put(anna.app.database, duty, SOTENAS, DutyState.CONFIRMED)
    assert concerned(anna, str(duty.id)) == []
    with pytest.raises(UserError, match="en uppgift som inte finns"):
        concerned(anna, "99")
    kansli.say("annonsera alla: Hej\nVi saknar era nyckeltal.")
    kansli.click("Mottagare")
    assert "Kommunen har kvar: Gröna nyckeltal 2026" in str(kansli.card)
