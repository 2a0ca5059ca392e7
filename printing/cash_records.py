"""What a report of a till says, in words already: facts, tables, totals, and the hash that signs it.

The words are the pages' own (`web.cash_words`), so that a report says the same on the screen, on paper and on a
receipt. Light to read: whoever serves has it, whoever prints does the rest (`printing.cash_reports`).
"""

from msgspec import Struct


class CashSection(Struct, frozen=True):
    """A table: the first column is of texts, the others of numbers. `sum` closes it, empty where nothing does."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sum: tuple[str, ...] = ()


class CashRecord(Struct, frozen=True, kw_only=True):
    """A report. `facts` and `totals` are (label, what it says); `signature` is in hexadecimal, empty of an X, and
    `signed` is what it is called; `notes` stand below."""

    title: str
    subtitle: str
    language: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[CashSection, ...]
    totals: tuple[tuple[str, str], ...]
    signed: str = ""
    signature: str = ""
    notes: tuple[str, ...] = ()
