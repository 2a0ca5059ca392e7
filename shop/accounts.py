"""Who is signed in at a shop: a customer of its organisation, at all of its box offices alike.

The cookie is named after the organisation and opens nothing anywhere else; staff have another, and neither is read
where the other counts. Pages that are the same for everybody ask nothing here: a script does, once they are there.
"""

from uuid import UUID

from msgspec import Struct

from shop import access, tracked
from ticketing import customer_accounts, customer_sessions
from ticketing.audit import Actor
from ticketing.customer_accounts import Visitor
from ticketing.customer_sessions import LASTS, CustomerSession
from ticketing.refusals import NotSignedIn
from ticketing.shops import Storefront
from web.call import Call


class Signed(Struct, frozen=True):
    """A customer at a shop."""

    front: Storefront
    session: CustomerSession
    by: Actor

    @property
    def path(self) -> str:
        """Where the account's pages begin."""
        return path(self.front)


def path(front: Storefront) -> str:
    """Where the account's pages of a shop begin: out of any frame, since browsers keep no session there."""
    return f"{front.own_path}/account"


def cookie(front: Storefront) -> str:
    """The cookie of a customer's session at an organisation."""
    return f"customer-{front.box_office.organisation_id.hex}"


def visitor(call: Call, front: Storefront) -> Visitor:
    """The browser, as those who let it in know it. It is named by the token of its forms, which it alone has."""
    return Visitor(
        organisation_id=front.box_office.organisation_id, box_office=front.box_office.key, address=call.address,
        agent=call.header(b"user-agent"), browser=call.visit.token, now=call.now,
    )  # fmt: skip


def keep(call: Call, front: Storefront, secret: str) -> None:
    """Give the browser the secret of its session."""
    call.visit.keep(cookie(front), secret, int(LASTS.total_seconds()))
    tracked.did(call, tracked.LOGIN)


async def signed_in(call: Call, front: Storefront) -> CustomerSession | None:
    """The customer whom this browser is signed in as, if it is. One query, and none without the cookie."""
    secret = call.visit.cookie(cookie(front))
    if not secret:
        return None
    try:
        database, organisation = call.services.database, front.box_office.organisation_id
        return await customer_sessions.find(database, organisation, secret, call.now)
    except NotSignedIn:
        return None


async def at(call: Call, key: str) -> Signed:
    """The first line of every page of an account. NotSignedIn."""
    front = await access.storefront(call, key)
    found = await signed_in(call, front)
    if found is None:
        raise NotSignedIn()
    return Signed(front, found, Actor(organisation_id=found.organisation_id, address=call.address))


async def may_see(call: Call, front: Storefront, order_id: UUID) -> bool:
    """Whether an order of this shop belongs to who is signed in."""
    found = await signed_in(call, front)
    if found is None:
        return False
    office = front.box_office.id
    return await customer_accounts.is_theirs(call.services.database, found.customer_id, order_id, office)
