"""What somebody signs in with besides a password, in one look."""

from uuid import UUID

from msgspec import Struct

from ticketing.db import Database
from ticketing.sql import Connection, load

SQL = load("factors")


class Factors(Struct, frozen=True):
    """Second factors in use; recovery codes stand in for the others and are none by themselves."""

    authenticator: bool
    passkey_count: int
    recovery_codes_left: int

    @property
    def any(self) -> bool:
        """Whether the password alone does not sign in."""
        return self.authenticator or self.passkey_count > 0


async def of(db: Database, staff_id: UUID) -> Factors:
    """Somebody's second factors."""
    async with db.read() as c:
        return await within(c, staff_id)


async def within(c: Connection, staff_id: UUID) -> Factors:
    """The same, in the caller's transaction."""
    found = await SQL.of_staff.one(c, Factors, staff_id=staff_id)
    assert found is not None
    return found


async def end(c: Connection, staff_id: UUID) -> None:
    """Take every second factor and recovery code away, in the caller's transaction."""
    await SQL.end.run(c, staff_id=staff_id)
