"""What the walk over every page (`test_walk`) puts in the place of path parameters, by their names.

Who adds a route with a parameter of a new name adds how to come by one that belongs to a house; the walk takes one of
its own house and one of another. Who adds a POST that needs less than managing names it in `LESS_THAN_MANAGE`.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from engine.plan import placeur_json
from tests.api.conftest import House, small_plan
from ticketing import (
    access_points,
    account_links,
    agent_codes,
    allotment_copies,
    allotments,
    cash_sessions,
    consignments,
    denominations,
    drawings,
    files,
    forms,
    groups,
    kits,
    mailings,
    options,
    organisations,
    passes,
    plan_change_runs,
    plan_drafts,
    plans,
    print_agents,
    print_jobs,
    printers,
    rights,
    scan_codes,
    scan_devices,
    scan_hubs,
    scan_profiles,
    seat_photos,
    staff,
    tariffs,
    ticket_designs,
    tills,
    tokens,
    venues,
)
from ticketing.access_points import PointChoice
from ticketing.account_links import LinkKind
from ticketing.allotments import Draft
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.drafts import Buyer
from ticketing.files import Kept
from ticketing.kits import KitChoice
from ticketing.machines import Paper, Prints
from ticketing.mailings import Choice, Text
from ticketing.options import Options
from ticketing.rights import Grant
from ticketing.settings import Settings
from ticketing.tokens import Scope

Maker = Callable[[Database, House], Awaitable[Any]]


async def key(db: Database, house: House) -> str:
    return house.key


async def slug(db: Database, house: House) -> str:
    known = await organisations.every(db)
    return next(one.slug for one in known if one.id == house.organisation_id)


async def event_id(db: Database, house: House) -> Any:
    return house.performances[0].event_id


async def performance_id(db: Database, house: House) -> Any:
    return house.performances[1].id


async def allotment_id(db: Database, house: House) -> Any:
    """One without places, of the second date."""
    date, now = house.performances[1], datetime.now(UTC)
    async with db.transaction() as c:
        known = await allotments.SQL.open.rows(c, performance_id=date.id)
        if known:
            return known[0]["id"]
        found = await allotments.find_date(c, house.organisation_id, date.id)
        return (await allotments.create(c, found, Draft(kind=allotments.Kind.PRESS), None, now)).id


async def consignment_id(db: Database, house: House) -> Any:
    """One that waits to be made."""
    date, by, now = house.performances[0], Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    buyer = Buyer("kiosk@example.org", "Station Kiosk")
    wanted = consignments.Wanted(
        performance=date.id, tariff=house.full.id, count=2, buyer=buyer, request_key=uuid4().hex
    )
    settings = Settings(secret="5a" * 32)
    return await consignments.ask(db, settings, house.organisation_id, date.box_office_id, wanted, by, now)


async def copy_id(db: Database, house: House) -> Any:
    by, now = Actor(organisation_id=house.organisation_id), house.performances[0].sale_opens_at
    source, onto = house.performances[1].id, [house.performances[0].id]
    return await allotment_copies.ask(db, house.organisation_id, source, onto, by, now)


async def mailing_id(db: Database, house: House) -> Any:
    event, now = house.performances[0].event_id, house.performances[0].sale_opens_at
    choice = Choice({"en": Text("Doors open early", "Come early.")})
    return await mailings.draft(
        db, house.organisation_id, event, choice, Actor(organisation_id=house.organisation_id), now
    )


async def act(db: Database, house: House) -> Any:
    return "pause"


async def kind(db: Database, house: House) -> Any:
    return "sales.csv"


async def tariff_id(db: Database, house: House) -> Any:
    return house.full.id


async def option_group_id(db: Database, house: House) -> Any:
    found = await with_options(db, house)
    return found.groups[0].id


async def option_id(db: Database, house: House) -> Any:
    return (await with_options(db, house)).single[0].id


async def with_options(db: Database, house: House) -> Options:
    """The options of the full tariff: one alone, and a group."""
    found = await options.of_tariff(db, house.full.id)
    if found.empty:
        owner, by, now = house.organisation_id, Actor(organisation_id=house.organisation_id), datetime.now(UTC)
        version = (await tariffs.get(db, owner, house.full.id)).version
        programme = options.Draft(names={"en": "Programme"}, price_cents=300)
        await options.add(db, options.Acting(owner, house.full.id, version, by, now), programme)
        await options.add_group(db, options.Acting(owner, house.full.id, version + 1, by, now), {"en": "Menus"})
    return await options.of_tariff(db, house.full.id)


async def venue_id(db: Database, house: House) -> Any:
    return (await venues.list_of(db, house.organisation_id))[0].id


async def plan_id(db: Database, house: House) -> Any:
    place = await venue_id(db, house)
    return (await plans.list_of(db, house.organisation_id, place))[0].plan_id


async def draft_id(db: Database, house: House) -> Any:
    by, now = Actor(organisation_id=house.organisation_id), house.performances[0].sale_opens_at
    content = placeur_json.write(small_plan())
    venue = await venue_id(db, house)
    return await plan_drafts.keep(db, house.organisation_id, venue, "Hall", "hall.json", content, by, now)


async def drawing_id(db: Database, house: House) -> Any:
    by, now = Actor(organisation_id=house.organisation_id), house.performances[0].sale_opens_at
    venue, plan = await venue_id(db, house), await plan_id(db, house)
    return await drawings.open_plan(db, house.organisation_id, venue, plan, by, now)


async def photo(db: Database, house: House) -> str:
    now, owner = datetime.now(UTC), house.organisation_id
    async with db.transaction() as c:
        hash = await files.keep(c, Kept("image/jpeg", owner.bytes, 400, 300), now)
        await seat_photos.SQL.keep.run(c, organisation_id=owner, hash=hash, kept_at=now, photos_max=10)
    return hash.hex()


async def change_id(db: Database, house: House) -> Any:
    by, now = Actor(organisation_id=house.organisation_id), house.performances[0].sale_opens_at
    dates = [performance.id for performance in house.performances]
    return await plan_change_runs.ask(db, house.organisation_id, house.performances[0].plan_version_id, dates, by, now)


async def version_number(db: Database, house: House) -> Any:
    return 1


async def format_name(db: Database, house: House) -> Any:
    return "placeur"


async def passkey_id(db: Database, house: House) -> Any:
    return uuid4()


async def session_id(db: Database, house: House) -> Any:
    return uuid4()


async def staff_id(db: Database, house: House) -> Any:
    """Somebody of the house's team, in its group, with a permission."""
    now, by = datetime.now(UTC), Actor(organisation_id=house.organisation_id)
    person = await staff.create(db, f"{uuid4().hex}@example.org", "Member", "correct horse battery", now)
    async with db.transaction() as c:
        await staff.join(c, house.organisation_id, person.id, now)
        given = Grant(organisation_id=house.organisation_id, scope=Scope.MANAGE, staff_id=person.id)
        await rights.grant(c, given, now)
    await groups.join(db, house.organisation_id, await group_id(db, house), person.id, by, now)
    return person.id


async def group_id(db: Database, house: House) -> Any:
    known = await groups.list_of(db, house.organisation_id)
    by = Actor(organisation_id=house.organisation_id)
    return known[0].id if known else await groups.create(db, house.organisation_id, "Doors", by, datetime.now(UTC))


async def grant_id(db: Database, house: House) -> Any:
    async with db.transaction() as c:
        given = Grant(organisation_id=house.organisation_id, scope=Scope.VIEW, members=True)
        return await rights.grant(c, given, datetime.now(UTC))


async def secret(db: Database, house: House) -> Any:
    now = datetime.now(UTC)
    person = await staff.create(db, f"{uuid4().hex}@example.org", "Invited", None, now)
    return await account_links.make(db, b"secret", LinkKind.INVITATION, person.id, "walk", now)


async def token_id(db: Database, house: House) -> Any:
    return (await tokens.list_of(db, house.organisation_id))[0].id


async def form_id(db: Database, house: House) -> Any:
    async with db.read() as c:
        office = await c.fetchval("select id from box_offices where key = $1", house.key)
    owner, by, now = house.organisation_id, Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    return await forms.create(db, owner, office, f"Form {uuid4().hex}", by, now)


async def design_id(db: Database, house: House) -> Any:
    async with db.read() as c:
        office = await c.fetchval("select id from box_offices where key = $1", house.key)
    owner, by, now = house.organisation_id, Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    values = ticket_designs.Values(f"Design {uuid4().hex}", ticket_designs.Gallery.MINIMAL, ticket_designs.Look())
    return await ticket_designs.create(db, owner, office, values, by, now)


async def pass_type_id(db: Database, house: House) -> Any:
    async with db.read() as c:
        office = await c.fetchval("select id from box_offices where key = $1", house.key)
    owner, now = house.organisation_id, house.performances[0].sale_opens_at
    shown = [performance.id for performance in house.performances]
    return (await passes.create_type(db, owner, office, "Season", "Season", 9000, shown, now)).id


async def name(db: Database, house: House) -> Any:
    return "minimal"


async def field_id(db: Database, house: House) -> Any:
    owner, by, now = house.organisation_id, Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    values = forms.FieldValues(kind=forms.Kind.TEXT, labels={"en": "Name"})
    return await forms.add_field(db, owner, await form_id(db, house), values, by, now)


async def scan_profile_id(db: Database, house: House) -> Any:
    by, now = Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    office, chosen = house.performances[0].box_office_id, scan_profiles.Choice(name="Walked", gate="North")
    return await scan_profiles.create(db, house.organisation_id, office, chosen, by, now)


async def scan_code_id(db: Database, house: House) -> Any:
    by, now, office = (
        Actor(organisation_id=house.organisation_id),
        datetime.now(UTC),
        house.performances[0].box_office_id,
    )
    return await scan_codes.make(db, b"secret", house.organisation_id, office, None, 1, by, now)


async def scan_device_id(db: Database, house: House) -> Any:
    """One that a code enrolled, which then ended."""
    by, now, office = (
        Actor(organisation_id=house.organisation_id),
        datetime.now(UTC),
        house.performances[0].box_office_id,
    )
    profile = await scan_profile_id(db, house)
    made = await scan_codes.make(db, b"secret", house.organisation_id, office, profile, 1, by, now)
    (code,) = await scan_codes.list_of(db, b"secret", office, now, profile)
    asked = scan_devices.Enrolment(name="Walked")
    enrolled = await scan_devices.enrol_by_code(db, b"secret", code.text, None, asked, "", now)
    await scan_codes.revoke(db, office, made, by, now)
    return enrolled.device_id


async def scan_hub_id(db: Database, house: House) -> Any:
    """One that the organiser's code enrolled, which then ended."""
    now, office = datetime.now(UTC), house.performances[0].box_office_id
    made = await scan_code_id(db, house)
    (code,) = [one for one in await scan_codes.list_of(db, b"secret", office, now) if one.id == made]
    enrolled = await scan_hubs.enrol(db, b"secret", code.text, "Walked", "", "", now)
    await scan_codes.revoke(db, office, made, Actor(organisation_id=house.organisation_id), now)
    return enrolled.hub_id


async def upload_id(db: Database, house: House) -> Any:
    return uuid4()


async def order_id(db: Database, house: House) -> Any:
    """An order of one paid seat, as selling would have left it; the house has one."""
    now = datetime.now(UTC)
    async with db.transaction() as c:
        known = await c.fetchval(
            "select o.id from orders o join box_offices b on b.id = o.box_office_id"
            " where b.key = $1 and not exists (select from consignments g where g.order_id = o.id) limit 1",
            house.key,
        )
        if known is not None:
            return known
        order, customer, line, date = uuid4(), uuid4(), uuid4(), house.performances[0]
        office = await c.fetchrow("select id, currency from box_offices where key = $1", house.key)
        await c.execute(
            "insert into customers values ($1, $2, $3, 'Walker', 'en', $4)",
            customer, house.organisation_id, f"{customer.hex}@example.org", now,
        )  # fmt: skip
        await c.execute(
            "insert into orders (id, code, box_office_id, customer_id, hold_id, request_key, request_digest,"
            " secret_hash, status, currency, placed_at) values ($1, $2, $3, $4, $5, $6, $5, $5, 'paid', $7, $8)",
            order, order.hex[-8:].upper(), office["id"], customer, order.bytes, order.hex, office["currency"], now,
        )  # fmt: skip
        await c.execute(
            "insert into order_lines (id, order_id, box_office_id, kind, label, amount_cents, created_at)"
            " values ($1, $2, $3, 'ticket', 'A seat', 0, $4)",
            line, order, office["id"], now,
        )  # fmt: skip
        await c.execute(
            "insert into tickets (id, order_id, order_line_id, performance_id, tariff_id, pool_id, place, zone,"
            " row_label, seat_label, category, price_cents, holder_name, status)"
            " values ($1, $2, $3, $4, $5, $6, 0, 'Stalls', 'A', '1', 'Gold', 0, 'Walker', 'valid')",
            uuid4(), order, line, date.id, house.full.id, date.pool_id,
        )  # fmt: skip
    return order


async def till_id(db: Database, house: House) -> Any:
    """A till of the house, where nobody is."""
    office, by = house.performances[0].box_office_id, Actor(organisation_id=house.organisation_id)
    wanted = tills.TillChoice(name=f"Till {uuid4().hex[:8]}", locale="en")
    return await tills.create(db, house.organisation_id, office, wanted, by, datetime.now(UTC))


async def cash_session_id(db: Database, house: House) -> Any:
    """A session that somebody of the house has open, with an empty drawer."""
    now = datetime.now(UTC)
    person = await staff.create(db, f"{uuid4().hex}@example.org", "Seller", None, now)
    by = Actor(organisation_id=house.organisation_id, staff_id=person.id)
    till = await till_id(db, house)
    return await cash_sessions.open_till(db, house.organisation_id, till, denominations.whole(0), by, now)


async def printer_id(db: Database, house: House) -> Any:
    """A label printer of the house; nothing is there."""
    office, by = house.performances[0].box_office_id, Actor(organisation_id=house.organisation_id)
    wanted = printers.PrinterChoice(
        name=f"Printer {uuid4().hex[:8]}", prints=Prints.LABELS, paper=Paper.SHOW, dots_per_mm=8, host="192.0.2.1"
    )
    return await printers.create(db, house.organisation_id, office, wanted, by, datetime.now(UTC))


async def job_id(db: Database, house: House) -> Any:
    """A job that waits for it."""
    office, by = house.performances[0].box_office_id, Actor(organisation_id=house.organisation_id)
    wanted = print_jobs.NewJob(
        key=uuid4().hex, kind=print_jobs.Kind.TEST, name="Test", payload=b"^XA^XZ", format="application/zpl"
    )
    return await print_jobs.queue(db, office, await printer_id(db, house), wanted, by, datetime.now(UTC))


async def customer_id(db: Database, house: House) -> Any:
    order = await order_id(db, house)
    async with db.read() as c:
        return await c.fetchval("select customer_id from orders where id = $1", order)


async def ticket_id(db: Database, house: House) -> Any:
    order = await order_id(db, house)
    async with db.read() as c:
        return await c.fetchval("select id from tickets where order_id = $1", order)


async def nothing_id(db: Database, house: House) -> Any:
    """An id of nothing: what it names is looked for in an order, after the order was reached."""
    return uuid4()


async def bank(db: Database, house: House) -> tuple[Any, Any]:
    """A bank file of the house and the payment in it; the house has one."""
    now = datetime.now(UTC)
    async with db.transaction() as c:
        office = await c.fetchval("select id from box_offices where key = $1", house.key)
        found = await c.fetchrow("select file_id, id from bank_entries where box_office_id = $1", office)
        if found is not None:
            return tuple(found)
        file, entry = uuid4(), uuid4()
        await c.execute(
            "insert into bank_files (id, box_office_id, hash, name, format, uploaded_at)"
            " values ($1, $2, sha256('x'), 'bank.xml', 'camt.053', $3)",
            file, office, now,
        )  # fmt: skip
        await c.execute(
            "insert into bank_entries (id, organisation_id, box_office_id, file_id, position, account, key, booked_on,"
            " amount_cents, currency, payer, payer_account, reference, message)"
            " values ($1, $2, $3, $4, 1, '', $5, $6, 100, 'EUR', 'Payer', '', '', '')",
            entry, house.organisation_id, office, file, entry.hex, now.date(),
        )  # fmt: skip
    return file, entry


async def file_id(db: Database, house: House) -> Any:
    return (await bank(db, house))[0]


async def entry_id(db: Database, house: House) -> Any:
    return (await bank(db, house))[1]


async def invoice_file(db: Database, house: House) -> Any:
    return f"{uuid4()}.pdf"


async def agent_code_id(db: Database, house: House) -> Any:
    by, office = Actor(organisation_id=house.organisation_id), house.performances[0].box_office_id
    return await agent_codes.make(db, b"secret", house.organisation_id, office, 1, by, datetime.now(UTC))


async def agent_id(db: Database, house: House) -> Any:
    """One that a code enrolled, which then ended."""
    by, now = Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    office, made = house.performances[0].box_office_id, await agent_code_id(db, house)
    (code,) = [one for one in await agent_codes.list_of(db, b"secret", office, now) if one.id == made]
    enrolled = await print_agents.enrol(db, b"secret", code.text, "Walked", "", "", "", now)
    await agent_codes.revoke(db, office, made, by, now)
    return enrolled.id


async def kit_id(db: Database, house: House) -> Any:
    by, office = Actor(organisation_id=house.organisation_id), house.performances[0].box_office_id
    choice = KitChoice(name=f"Kit {uuid4()}")
    return await kits.create(db, house.organisation_id, office, choice, by, datetime.now(UTC))


async def access_point_id(db: Database, house: House) -> Any:
    by, office = Actor(organisation_id=house.organisation_id), house.performances[0].box_office_id
    choice = PointChoice(name="Router", kind=access_points.Kind.MOBILE)
    return await access_points.add(db, office, await kit_id(db, house), choice, by, datetime.now(UTC))


MAKERS: dict[str, Maker] = {
    "access_point_id": access_point_id,
    "agent_code_id": agent_code_id,
    "agent_id": agent_id,
    "kit_id": kit_id,
    "allotment_id": allotment_id,
    "consignment_id": consignment_id,
    "copy_id": copy_id,
    "file_id": file_id,
    "entry_id": entry_id,
    "invoice_id": nothing_id,
    "file": invoice_file,
    "order_id": order_id,
    "till_id": till_id,
    "cash_session_id": cash_session_id,
    "printer_id": printer_id,
    "job_id": job_id,
    "customer_id": customer_id,
    "ticket_id": ticket_id,
    "pass_id": nothing_id,
    "refund_id": nothing_id,
    "field_id": field_id,
    "form_id": form_id,
    "upload_id": upload_id,
    "design_id": design_id,
    "pass_type_id": pass_type_id,
    "draft_id": draft_id,
    "drawing_id": drawing_id,
    "photo": photo,
    "change_id": change_id,
    "format_name": format_name,
    "version_number": version_number,
    "event_id": event_id,
    "key": key,
    "option_group_id": option_group_id,
    "option_id": option_id,
    "act": act,
    "kind": kind,
    "mailing_id": mailing_id,
    "name": name,
    "grant_id": grant_id,
    "group_id": group_id,
    "passkey_id": passkey_id,
    "performance_id": performance_id,
    "plan_id": plan_id,
    "scan_code_id": scan_code_id,
    "scan_device_id": scan_device_id,
    "scan_hub_id": scan_hub_id,
    "scan_profile_id": scan_profile_id,
    "secret": secret,
    "session_id": session_id,
    "slug": slug,
    "staff_id": staff_id,
    "tariff_id": tariff_id,
    "venue_id": venue_id,
    "token_id": token_id,
}

PUBLIC = {
    "/admin/password",
    "/admin/password/{secret}",
    "/admin/sign-in",
    "/admin/sign-in/passkey",
    "/admin/sign-in/passkey/question",
}
"""What somebody may ask for who is not signed in."""

PERSONAL = {
    "/admin",
    "/admin/confirmation",
    "/admin/markup",
    "/admin/profile",
    "/admin/security",
    "/admin/security/authenticator",
    "/admin/security/authenticator/confirmation",
    "/admin/security/authenticator/end",
    "/admin/security/passkeys",
    "/admin/security/passkeys/new",
    "/admin/security/passkeys/question",
    "/admin/security/passkeys/{passkey_id}/end",
    "/admin/security/password",
    "/admin/security/recovery-codes",
    "/admin/security/sessions/end",
    "/admin/security/sessions/{session_id}/end",
    "/admin/sign-in/second-factor",
    "/admin/sign-in/second-factor/question",
    "/admin/sign-out",
    "/admin/search",
}
"""What everybody who is signed in may ask for: about themselves, or chosen by what they reach."""

MAYBE_EMPTY = {
    "/admin/orders/{order_id}/passes/{pass_id}",
    "/admin/orders/{order_id}/passes/{pass_id}/pass.pdf",
    "/admin/orders/{order_id}/answers",
    "/admin/orders/{order_id}/answers/{ticket_id}",
    "/admin/orders/{order_id}/uploads/{upload_id}",
    "/admin/orders/{order_id}/uploads/{upload_id}/removal",
    "/admin/events/{event_id}/picture",
    "/admin/orders/{order_id}/invoices/{file}",
    "/admin/orders/{order_id}/invoices/{invoice_id}/mails",
    "/admin/box-offices/{key}/bank-files/{file_id}/columns",
    "/admin/performances/{performance_id}/seats/place",
}
"""What is not found in a house that has none of it."""

LESS_THAN_MANAGE: dict[str, Scope] = {
    "/admin/ticket-designs/{design_id}/preview": Scope.VIEW,
    "/admin/box-offices/{key}/counter/cart": Scope.SELL,
    "/admin/box-offices/{key}/counter/orders": Scope.SELL,
    "/admin/box-offices/{key}/counter/till": Scope.SELL,
    "/admin/box-offices/{key}/counter/printing": Scope.SELL,
    "/admin/box-offices/{key}/counter/printing/answers": Scope.SELL,
    "/admin/box-offices/{key}/counter/printing/repetition": Scope.SELL,
    "/admin/orders/{order_id}/bill-address": Scope.SELL,
    "/admin/orders/{order_id}/invoices": Scope.SELL,
    "/admin/orders/{order_id}/invoices/{invoice_id}/mails": Scope.SELL,
    "/admin/orders/{order_id}/payment-method": Scope.SELL,
    "/admin/orders/{order_id}/cancellation": Scope.SELL,
    "/admin/orders/{order_id}/mails": Scope.SELL,
    "/admin/orders/{order_id}/notes": Scope.SELL,
    "/admin/orders/{order_id}/payment": Scope.SELL,
    "/admin/orders/{order_id}/validation": Scope.SELL,
    "/admin/orders/{order_id}/split": Scope.SELL,
    "/admin/orders/{order_id}/uploads/{upload_id}/removal": Scope.SELL,
    "/admin/orders/{order_id}/refund": Scope.SELL,
    "/admin/orders/{order_id}/refunds/{refund_id}/handed-out": Scope.SELL,
    "/admin/orders/{order_id}/tickets/{ticket_id}/exchange": Scope.SELL,
    "/admin/orders/{order_id}/tickets/{ticket_id}/move": Scope.SELL,
    "/admin/orders/{order_id}/tickets/{ticket_id}/opposition": Scope.SELL,
    "/admin/orders/{order_id}/tickets/{ticket_id}/opposition-end": Scope.SELL,
    "/admin/orders/{order_id}/tickets/{ticket_id}/reissue": Scope.SELL,
    "/admin/orders/{order_id}/passes/{pass_id}/opposition": Scope.SELL,
    "/admin/orders/{order_id}/passes/{pass_id}/opposition-end": Scope.SELL,
    "/admin/orders/{order_id}/passes/{pass_id}/reissue": Scope.SELL,
    "/admin/tills/{till_id}/opening": Scope.SELL,
    "/admin/cash-sessions/{cash_session_id}/movements": Scope.SELL,
    "/admin/cash-sessions/{cash_session_id}/count": Scope.SELL,
    "/admin/cash-sessions/{cash_session_id}/closing": Scope.SELL,
    "/admin/printers/{printer_id}/look": Scope.SELL,
    "/admin/printers/{printer_id}/test": Scope.SELL,
    "/admin/orders/{order_id}/prints": Scope.SELL,
    "/admin/cash-sessions/{cash_session_id}/prints": Scope.SELL,
    "/admin/print-jobs/{job_id}/answer": Scope.SELL,
    "/admin/print-jobs/{job_id}/repetition": Scope.SELL,
    "/admin/print-jobs/{job_id}/giving-up": Scope.SELL,
}
"""POSTs that need less than managing, by path, and what they need. Everything else is refused to who may less."""
