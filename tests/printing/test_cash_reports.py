"""Reports of tills on paper: all of it is said, in both languages, on A4 and on rolls, and what is typed is text."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pypdfium2
import pytest

from printing.cash_records import CashRecord
from printing.cash_reports import report, report_pdf, report_text
from printing.escpos import ROLL_58, ROLL_80, Machine
from printing.receipts import report_escpos
from ticketing.cash_journal import Method, Reason
from ticketing.cash_reports import CashReport, Count, Items, Moved, Sold, Taking, Taxed
from web.cash_words import record

AT = datetime(2026, 12, 10, 17, 0, tzinfo=UTC)
ANN, BOB = UUID(int=1), UUID(int=2)
HOSTILE = "<img src='file:///etc/passwd'>&amp;{{ 7 * 7 }}\x00\x1b@\u202e" + "W" * 300
HASH = bytes(range(32))


def taking(seller: str, method: Method, received: int, returned: int = 0) -> Taking:
    return Taking(
        seller_id=ANN if seller.startswith("Ann") else BOB, seller=seller, method=method, received_cents=received,
        received_count=7, returned_cents=returned, returned_count=int(returned > 0),
    )  # fmt: skip


def cash_report(**changed: Any) -> CashReport:
    """A closing with something of everything, five centimes short."""
    values: dict[str, Any] = {
        "kind": "z", "number": 12, "session": UUID(int=3), "till_id": UUID(int=4), "till": "Main desk",
        "box_office_id": UUID(int=5), "box_office": "Season 2026–2027", "organisation": "Théâtre du Lac",
        "vat_number": "CHE123456789TVA", "currency": "CHF", "time_zone": "Europe/Zurich", "at": AT + timedelta(hours=5),
        "opened_at": AT, "opened_by": "Ann Clerk", "closed_at": AT + timedelta(hours=5), "closed_by": "Bob Lead",
        "takings": (
            taking("Ann Clerk", Method.CASH, 125_000, 4_500), taking("Ann Clerk", Method.TERMINAL, 98_000),
            taking("Bob Lead", Method.CASH, 9_000),
        ),
        "float_cents": 20_000, "float_pieces": ((100, 50), (1000, 15)), "brought_cents": 5_000, "taken_cents": 100_000,
        "expected_cents": 54_500, "counted_cents": 54_495, "pieces": ((5, 1), (20, 2), (50, 9), (1000, 4), (5000, 10)),
        "reason": "Five centimes fell behind the desk",
        "moves": (
            Moved(AT + timedelta(hours=1), "Ann Clerk", Reason.CHANGE, "", 5_000),
            Moved(AT + timedelta(hours=4), "Bob Lead", Reason.BANK, "Bag 17", -100_000),
        ),
        "counts": (Count(AT + timedelta(hours=2), "Ann Clerk", 80_000, 80_000, "Before the break"),),
        "vat": (Taxed(8100, 200_000, 14_986), Taxed(None, 27_500, 0)),
        "sold": (
            Sold("", "Season pass", "pass", 2, 24_000), Sold("The Lighthouse Keeper", "Full", "ticket", 40, 180_000),
            Sold("The Lighthouse Keeper", "Reduced", "ticket", 9, 23_500),
        ),
        "tickets": Items(50, 1), "passes": Items(2, 0), "order_count": 31, "first_order": "7K3M9PQX",
        "last_order": "9Z2C4RTV", "journal_number": 38, "journal": HASH.hex(), "previous": HASH.hex(),
    }  # fmt: skip
    return CashReport(**values | changed)


def shown(record: CashRecord) -> str:
    """The text of a PDF on one line."""
    document = pypdfium2.PdfDocument(report_pdf(record))
    text = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)
    return text.replace("\xa0", " ").replace("\u202f", " ")


def test_a_closing_says_all_that_it_must() -> None:
    text = shown(record(cash_report(), "en", HASH))
    for said in (
        "Z report 12", "Main desk · Season 2026–2027", "Théâtre du Lac", "CHE123456789TVA", "Ann Clerk", "Bob Lead",
        "31 (7K3M9PQX – 9Z2C4RTV)", "50 sold, 1 taken back", "Taken in all 2,275.00 CHF", "Difference -0.05 CHF",
        "Cash 1,340.00 -45.00 1,295.00", "Card terminal 980.00 0.00 980.00", "Total 2,320.00 -45.00 2,275.00",
        "Float 200.00", "Taken out -1,000.00", "Should be there 545.00", "Counted 544.95", "8.1% 1,850.14 149.86",
        "Without VAT 275.00 0.00 275.00", "The Lighthouse Keeper", "Reduced 9 235.00", "Passes and others",
        "To the bank · Bag 17", "Before the break", "0.20 2 0.40", "Five centimes fell behind the desk",
        "SHA-256 of this report 00010203 04050607",
    ):  # fmt: skip
        assert said in text, said


def test_it_is_told_in_french_too() -> None:
    text = shown(record(cash_report(), "fr", HASH))
    for said in ("Rapport Z 12", "Fond de caisse", "Espèces", "Terminal de paiement", "1 295,00", "Écart"):
        assert said in text, said
    assert "Should be there" not in text and "Float" not in text


def test_an_x_of_nothing_yet_is_whole() -> None:
    empty = cash_report(
        kind="x", closed_at=None, closed_by=None, counted_cents=None, pieces=(), reason="", takings=(), vat=(), sold=(),
        moves=(), counts=(), tickets=Items(0, 0), passes=Items(0, 0), order_count=0, first_order=None, last_order=None,
        vat_number="", expected_cents=20_000,
    )  # fmt: skip
    written = record(empty, "en")
    text = shown(written)
    assert "X report, session 12" in text and "As of" in text and "SHA-256" not in text
    assert "Counted at the closing" not in text and "By method" not in text and not written.signature


@pytest.mark.parametrize(("columns", "roll"), [(48, ROLL_80), (32, ROLL_58)])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_receipt_printer_has_room_for_every_line(columns: int, roll: Any, language: str) -> None:
    written = record(cash_report(), language, HASH)
    lines = report_text(written, columns).split("\n")
    assert max(map(len, lines)) <= columns and sum("2" in line for line in lines) > 10
    assert len(report_escpos(report(written), Machine(roll))) > 1000


def test_what_people_typed_is_text() -> None:
    hostile = cash_report(
        till=HOSTILE, box_office=HOSTILE, organisation=HOSTILE, opened_by=HOSTILE, reason=HOSTILE,
        moves=(Moved(AT, HOSTILE, Reason.OTHER, HOSTILE, 100),),
        sold=(Sold(HOSTILE, HOSTILE, "ticket", 1, 100),),
    )  # fmt: skip
    written = record(hostile, "en", HASH)
    text = shown(written)
    assert "<img src='file:///etc/passwd'>&amp;{{ 7 * 7 }}" in text and "\u202e" not in text
    assert "\x1b" not in report_text(written, 32)
    assert b"\x1b@\x1b@" not in report_escpos(report(written), Machine(ROLL_58))


def test_the_same_report_gives_the_same_bytes() -> None:
    written = record(cash_report(), "en", HASH)
    assert report_pdf(written) == report_pdf(msgspec.structs.replace(written))
