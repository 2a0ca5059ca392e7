"""Trials of a drawing: how it would sell. Nothing is held, nothing is written."""

import asyncio
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from engine import trial
from engine.core.best import PartyWant
from engine.core.packed import RESTRICTED_VIEW, PackedPlan
from engine.packing import pack
from engine.plan import doctor, places
from engine.plan.model import SEATS_MAX, Plan
from engine.seat_index import SeatIndex
from engine.trial import Mix
from ticketing import drawings
from ticketing.db import Database
from ticketing.refusals import InputRefused

SEED = 20


class PartyAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """Who comes to a drawn house, in which some seats (by their ids) are taken."""

    party: Annotated[int, Meta(ge=1, le=20)] = 2
    wheelchairs: Annotated[int, Meta(ge=0, le=20)] = 0
    companions: Annotated[int, Meta(ge=0, le=20)] = 0
    together: bool = True
    clear_view: bool = False
    taken: Annotated[tuple[Annotated[str, Meta(max_length=200)], ...], Meta(max_length=SEATS_MAX)] = ()


class Proposed(Struct, frozen=True):
    """Seats for the party: their ids, where they are (zone, row, label), and the reasons."""

    seats: list[str]
    places: list[tuple[str, str, str]]
    reasons: tuple[str, ...]


class Sold(Struct, frozen=True):
    """A sample sale: the seats of each party in turn, by their index in plan order."""

    parties: list[list[int]]
    together_count: int
    lone_count: int


async def best(db: Database, organisation_id: UUID, drawing_id: UUID, asked: PartyAsked) -> list[Proposed]:
    """Up to three proposals, best first. NotFound; InputRefused for a party that is smaller than its parts."""
    if (asked.companions and not asked.wheelchairs) or asked.wheelchairs + asked.companions > asked.party:
        raise InputRefused(problem="The party is smaller than its parts.", where="party")
    _, plan = await drawings.plan_of(db, organisation_id, drawing_id)
    return await asyncio.to_thread(_best, plan, asked)


async def sell_out(db: Database, organisation_id: UUID, drawing_id: UUID, mix: Mix) -> Sold:
    """A sale of the whole house to parties of a mix, always the same one."""
    _, plan = await drawings.plan_of(db, organisation_id, drawing_id)
    return await asyncio.to_thread(_sold, plan, mix)


def _best(plan: Plan, asked: PartyAsked) -> list[Proposed]:
    packed, seats = _house(plan)
    want = PartyWant(
        asked.party, wheelchairs=asked.wheelchairs, companions=asked.companions, together=asked.together,
        exclude_attributes=RESTRICTED_VIEW if asked.clear_view else 0,
    )  # fmt: skip
    taken = [place for seat in asked.taken if (place := seats.place(seat)) is not None]
    return [
        Proposed(
            [seat for place in one.places if (seat := seats.seat(place)) is not None],
            [(label.zone, label.row, label.seat) for label in map(seats.label, one.places)],
            one.reasons,
        )
        for one in trial.best(packed, want, taken)
    ]


def _sold(plan: Plan, mix: Mix) -> Sold:
    packed, _ = _house(plan)
    sale = trial.sell_out(packed, mix, SEED)
    parties = [[packed.seat_of(place) for place in party] for party in sale.parties]
    return Sold(parties, sale.together_count, sale.lone_count)


def _house(plan: Plan) -> tuple[PackedPlan, SeatIndex]:
    """The plan as the doctor would mend it: only a sound one can be packed."""
    sound, _ = doctor.examine(plan)
    list_ = places.first(sound)
    return pack(sound, list_), SeatIndex(sound, list_)
