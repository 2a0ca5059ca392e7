"""What was done to a thing, for its own page: its last lines of the audit log, shown by `audit/history.html`."""

from uuid import UUID

from msgspec import Struct

from admin import acts
from admin.access import Desk
from admin.acts import Told
from admin.menu import audit_page
from ticketing import audit, organisations
from ticketing.audit import Wanted
from ticketing.sessions import Session
from ticketing.tokens import Scope
from web.call import Call

LINES_MAX = 10


class History(Struct, frozen=True):
    """The last lines on a thing, the newest first; `more` is the page with all of them, for who may read it."""

    lines: list[Told]
    zone: str
    more: str | None


async def of_account(call: Call, at: Desk | Session, staff_id: UUID) -> History:
    """The history of somebody's own account, in the time of where they are."""
    database = call.services.database
    there = await organisations.time_zone(database, at.reach.organisation_id) if isinstance(at, Desk) else "UTC"
    lines = await audit.of_account(database, staff_id, LINES_MAX)
    return History([acts.told(line, call.visit.language, there, None) for line in lines], there, None)


async def of(call: Call, desk: Desk, kind: str, id: UUID | str, zone: str | None = None) -> History:
    """The history of a thing of the desk's organisation; `zone` is its venue's, where it has one."""
    database, reach = call.services.database, desk.reach
    wanted = Wanted(organisation_id=reach.organisation_id, subject_kind=kind, subject_id=str(id))
    lines, rest = await audit.page(database, wanted, rows_max=LINES_MAX)
    there = zone or await organisations.time_zone(database, reach.organisation_id)
    told = [acts.told(line, call.visit.language, there, reach.currency) for line in lines]
    more = f"{audit_page(desk)}?subject={kind}:{id}" if rest and desk.may(Scope.MANAGE) else None
    return History(told, there, more)
