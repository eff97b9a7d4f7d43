"""The features, and what each gives to the whole bot. A new feature is joined here and in :mod:`bot.jobs`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot import (
    agenda,
    announcements,
    attendance,
    bankcare,
    bankfigures,
    bankfiles,
    consultations,
    duties,
    events,
    faq,
    forecast,
    groups,
    handover,
    matches,
    memberlist,
    members,
    news,
    newsletters,
    nudges,
    onboarding,
    privacy,
    programme,
    questions,
    reminding,
    silence,
    statuslists,
    welcome,
)
from bot import help as help_feature
from bot.desk import Decider, Tile
from bot.message import ReceivedFile, Reply
from bot.register.audience import Condition
from bot.turn import Turn

FEATURES = (
    *(help_feature, faq, members, memberlist, reminding, privacy, groups, questions, nudges, agenda, onboarding),
    *(announcements, duties, statuslists, events, programme, attendance, forecast, news, consultations, newsletters),
    *(handover, silence, welcome, matches, bankfigures, bankcare, bankfiles),
)
START: tuple[Tile, ...] = (
    *onboarding.START,
    *questions.START,
    *news.START,
    *events.START,
    *duties.START,
    *groups.START,
    *members.START,
    *matches.START,
    *reminding.START,
    *privacy.START,
    *faq.START,
    *announcements.START,
    *events.DESK,
    *agenda.START,
    *forecast.START,
    *silence.START,
)
"""The buttons of the start page, in their order. The kansli's own come after the members'."""
DECISIONS: tuple[Decider, ...] = (
    *members.DECISIONS,
    *questions.DECISIONS,
    *faq.DECISIONS,
    *bankcare.DECISIONS,
    *nudges.DECISIONS,
    *duties.DECISIONS,
    *silence.DECISIONS,
    *welcome.DECISIONS,
)
"""What prepares decisions for the kansli."""
AUDIENCES: Mapping[str, Condition] = {**events.CONDITIONS, **duties.CONDITIONS}
"""The features' conditions of audiences, by name. Each feature that has some joins its own here."""
LISTENERS: tuple[Callable[[Turn], Reply | None], ...] = (
    *announcements.LISTENERS,
    *events.LISTENERS,
    questions.hear_solved,
    faq.hear_complaint,
    members.listen,
    help_feature.hear_misspelt,
    questions.listen,
)
"""Asked in order before the bank is searched, in every message that is a question. The first reply answers it."""
FILES: tuple[Callable[[Turn, ReceivedFile], Reply | None], ...] = (
    *bankfiles.FILES,
    *statuslists.FILES,
    *memberlist.FILES,
    *programme.FILES,
)
"""Asked in order about a file that the kansli sends in its own chat. The first that knows its contents replies."""
