"""The ledger: where the money is, as transfers between accounts.

A row takes an amount from one account to another, so whatever is written sums to zero. `receivable` is what the buyer
owes us (or, below zero, we owe the buyer), `sales` what was sold, `cash`, `terminal`, `bank` and `sandbox` where money
lies that came in.
Placing an order goes from sales to receivable, a payment from receivable to where it lies, a refund the same way back.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from ticketing.db import Database
from ticketing.sql import Connection, load

SQL = load("ledger")


class Account(StrEnum):
    RECEIVABLE = "receivable"
    SALES = "sales"
    CASH = "cash"
    TERMINAL = "terminal"
    BANK = "bank"
    SANDBOX = "sandbox"


class Balance(Struct, frozen=True):
    """What an account has of one order: debits less credits."""

    account: Account
    currency: str
    cents: int


async def post(
    c: Connection,
    order_id: UUID,
    debit: Account,
    credit: Account,
    amount_cents: int,
    currency: str,
    reason: str,
    now: datetime,
    payment_id: UUID | None = None,
) -> None:
    """Write a transfer into the caller's transaction; an amount below zero goes the other way, none is not written."""
    if amount_cents < 0:
        debit, credit = credit, debit
    if amount_cents:
        await SQL.post.run(
            c,
            order_id=order_id,
            payment_id=payment_id,
            debit=debit,
            credit=credit,
            amount_cents=abs(amount_cents),
            currency=currency,
            reason=reason,
            now=now,
        )


async def balances(db: Database, order_id: UUID) -> list[Balance]:
    """What each account has of an order; over all accounts they sum to zero."""
    async with db.read() as c:
        return await SQL.balances.all(c, Balance, order_id=order_id)
