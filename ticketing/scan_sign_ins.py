"""Signing in at a scanner with an account: what the back office asks for, in one call.

A password is not enough for who has a second factor: the code of the app, or a recovery code, comes with it. A passkey
cannot be shown to a scanner; whoever has nothing else enrols it by a code.
"""

from datetime import datetime
from uuid import UUID

from ticketing import attempts, authenticators, factors, recovery_codes, scan_devices, staff
from ticketing.attempts import Tried
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.ids import CODE_CHARS
from ticketing.refusals import SecondFactorNeeded
from ticketing.scan_devices import SignedIn


async def by_account(
    db: Database, secret: bytes, email: str, password: str, second_factor: str, address: str, now: datetime
) -> SignedIn:
    """The profiles that somebody may scan with.

    Raises PasswordWrong, SecondFactorNeeded, CodeWrong, TooManyRequests.
    """
    await attempts.begin(db, Tried.PASSWORD, email, address, now)
    staff_id = await staff.verify(db, email, password)
    await attempts.succeeded(db, Tried.PASSWORD, email, address, now)
    if (await factors.of(db, staff_id)).any:
        await _check(db, secret, staff_id, email, second_factor.strip(), address, now)
    return await scan_devices.sign_in_by_account(db, secret, staff_id, now)


async def _check(
    db: Database, secret: bytes, staff_id: UUID, email: str, code: str, address: str, now: datetime
) -> None:
    if not code:
        raise SecondFactorNeeded
    await attempts.begin(db, Tried.CODE, email, address, now)
    if len(code) > CODE_CHARS:
        await recovery_codes.use(db, Actor(organisation_id=None, staff_id=staff_id, address=address), email, code, now)
    else:
        await authenticators.verify(db, secret, staff_id, code, now)
    await attempts.succeeded(db, Tried.CODE, email, address, now)
