"""Receipts and closing reports, as a printer of the tests' own prints them."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from printing.escpos import ROLL_58, ROLL_80, Machine, Roll
from printing.receipt_records import Paid, Receipt, Sold
from printing.receipts import (
    WORDS,
    Report,
    Section,
    receipt_escpos,
    receipt_rows,
    report_escpos,
)
from tests.printing.receipt_reader import read
from tests.printing.samples import STARTS
from tests.printing.test_escpos import HOSTILE
from ticketing.formats import Language
from ticketing.vat import VatShare

ROLLS = [ROLL_58, ROLL_80]
DREAM = {"title": "Le Songe d’une nuit d’été", "starts_at": STARTS, "time_zone": "Europe/Zurich"}
RECEIPT = Receipt(
    organiser="Théâtre du Passage",
    address=("Passage Maximilien-de-Meuron 4", "2000 Neuchâtel"),
    vat_number="CHE-123.456.789 TVA",
    box_office="Guichet du foyer",
    till="2",
    seller="Maëlle",
    order_code="7KQ2M9XA",
    at=STARTS - timedelta(hours=1),
    time_zone="Europe/Zurich",
    locale="fr",
    currency="EUR",
    lines=(
        Sold(tariff="Plein tarif", count=2, unit_cents=4500, seats=("Parterre H 12", "Parterre H 13"), **DREAM),
        Sold(tariff="Étudiant·e", count=1, unit_cents=1250, seats=("Parterre H 14",), **DREAM),
        Sold(title="Programme", tariff="Papier", count=1, unit_cents=300),
    ),
    total_cents=10550,
    vat=(VatShare(8100, 300, 22), VatShare(2600, 10250, 260)),
    payments=(Paid(method="Espèces", amount_cents=10550, given_cents=11000, change_cents=450),),
    link="https://billets.example.org/o/7KQ2M9XA",
    footer=("Merci de votre visite !",),
)

FOLDER = Path(__file__).parent / "approved"
PAPERS = {
    f"{kind}-{mm}.txt": (kind, roll) for kind in ("receipt", "report") for mm, roll in ((80, ROLL_80), (58, ROLL_58))
}


def on_sheet(name: str) -> str:
    """An approved text as it would be now."""
    kind, roll = PAPERS[name]
    job = receipt_escpos(RECEIPT, Machine(roll)) if kind == "receipt" else report_escpos(REPORT, Machine(roll))
    return "".join(f"{line.rstrip()}\n" for line in read(job).texts(roll.columns))


def on_paper(receipt: Receipt, roll: Roll = ROLL_80) -> list[str]:
    return read(receipt_escpos(receipt, Machine(roll))).texts(roll.columns)


@pytest.mark.parametrize("name", PAPERS)
def test_what_stands_on_paper_is_as_approved(name: str) -> None:
    """After a change that is meant, `tests.printing.approve` writes the texts anew: read them."""
    assert on_sheet(name) == (FOLDER / name).read_text()


@pytest.mark.parametrize("roll", ROLLS)
def test_its_link_is_a_code_and_its_drawer_opens(roll: Roll) -> None:
    found = read(receipt_escpos(RECEIPT, Machine(roll), drawer=0))
    assert [row.code for row in found.rows if row.code] == [RECEIPT.link]
    assert (found.drawers, found.cuts) == ([0], 1)


def test_in_english() -> None:
    found = "\n".join(on_paper(replace(RECEIPT, locale="en")))
    for said in (
        "Receipt",
        "Order 7KQ2M9XA",
        "16 May 2026, 19:30",
        "Till 2",
        "Served by Maëlle",
        "2 × 45.00",
        "Change",
    ):
        assert said in found


def test_every_amount_ends_at_the_papers_edge_and_sums_to_the_total() -> None:
    for roll in ROLLS:
        found = on_paper(RECEIPT, roll)
        lines = found[found.index("-" * roll.columns) + 1 : found.index("=" * roll.columns)]
        amounts = [line for line in lines if line[-3] == ","]
        assert all(len(line) == roll.columns for line in amounts)
        assert sum(int(line.split()[-1].replace(",", "")) for line in amounts) == RECEIPT.total_cents


def test_lines_that_do_not_add_up_are_the_callers_mistake() -> None:
    with pytest.raises(AssertionError):
        receipt_rows(replace(RECEIPT, total_cents=1))


def test_what_is_still_to_pay_is_said() -> None:
    partly = replace(RECEIPT, payments=(Paid(method="Carte", amount_cents=10000),))
    (line,) = [line for line in on_paper(partly) if "Reste" in line]
    assert line.endswith("5,50 €") and not [line for line in on_paper(RECEIPT) if "Reste" in line]


def test_a_refund_says_so() -> None:
    back = replace(RECEIPT, lines=(Sold(title="Programme", tariff="Papier", count=1, unit_cents=-300),),
                   total_cents=-300, vat=(), payments=(Paid(method="Espèces", amount_cents=-300),))  # fmt: skip
    found = "\n".join(on_paper(back))
    assert "Remboursement" in found and "-3,00" in found


def test_a_copy_says_which_it_is() -> None:
    assert "D u p l i c a t a   3" in " ".join(on_paper(replace(RECEIPT, duplicate=3)))


@pytest.mark.parametrize("text", [*HOSTILE, "<b>{count}</b> {unit.__class__}", "Ночь 🎄", "W" * 300])
@pytest.mark.parametrize("roll", ROLLS)
def test_names_of_any_kind_are_text_and_stay_on_the_paper(text: str, roll: Roll) -> None:
    lines = tuple(replace(line, title=text, tariff=text, seats=(text,)) for line in RECEIPT.lines)
    named = replace(RECEIPT, organiser=text, address=(text,), box_office=text, till=text, seller=text, lines=lines,
                    vat_number=text, footer=(text,), payments=(Paid(method=text, amount_cents=10550),))  # fmt: skip
    found = read(receipt_escpos(named, Machine(roll)))
    assert found.texts(roll.columns) and (found.drawers, found.cuts) == ([], 1)


REPORT = Report(
    title="Clôture Z 128",
    locale="fr",
    facts=(
        ("Guichet", "Foyer"), ("Caisse", "2"), ("Ouverte", "16 mai 2026, 18:02"), ("Close", "16 mai 2026, 23:41"),
        ("Responsable", "Maëlle de la Rochefoucauld-Montmorency"),
    ),
    sections=(
        Section("Encaissements", ("Moyen", "Nombre", "Montant"),
                (("Espèces", "41", "1 845,00"), ("Carte", "96", "4 320,50"))),
        Section("Comptage", ("Pièce", "Nombre", "Montant"), (("50 €", "3", "150,00"), ("0,05 €", "17", "0,85"))),
    ),
    totals=(("Attendu", "2 045,00 €"), ("Compté", "2 044,50 €"), ("Écart", "-0,50 €")),
    signature=hashlib.sha256(b"Z 128").hexdigest(),
    footer=("Signature du responsable :", "", "_" * 24),
)  # fmt: skip


@pytest.mark.parametrize("roll", ROLLS)
def test_a_closing_report(roll: Roll) -> None:
    found = read(report_escpos(REPORT, Machine(roll)))
    lines = found.texts(roll.columns)
    whole = "\n".join(lines)
    assert "C l ô t u r e   Z   1 2 8" in lines[0]
    for label, value in (*REPORT.facts[:4], *REPORT.totals):
        (line,) = [line for line in lines if line.startswith(f"{label} ") and line.endswith(value)]
        assert len(line) == roll.columns
    for section in REPORT.sections:
        for name, count, amount in (section.heads, *section.rows):
            (line,) = [line for line in lines if line.startswith(name) and line.endswith(amount)]
            assert len(line) == roll.columns and f" {count} " in line
    assert REPORT.signature in "".join(whole[whole.index("Signature\n") + 10 :].split())
    assert (found.cuts, found.drawers) == (1, [])


def test_the_words_of_each_language_take_the_same_fields() -> None:
    for name in WORDS[Language.EN].__struct_fields__:
        fields = [sorted(part.split("}")[0] for part in getattr(WORDS[tag], name).split("{")[1:]) for tag in Language]
        assert fields[0] == fields[1], name
