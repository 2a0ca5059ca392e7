"""What a ticket says, in both languages, at the venue's clock."""

from msgspec.structs import replace

from printing import records
from printing.records import Fact, SeatFact, Sized, TicketRecord
from tests.printing.samples import HEAD, PASS, issued, seats, ticket
from ticketing.tickets import TicketOption


def one(tag: str, **changed: object) -> TicketRecord:
    (record,) = records.of(issued(ticket(**changed)), tag)
    return record


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def test_a_ticket_in_english() -> None:
    record = one("en")
    assert (record.day, record.hour, record.after_hour) == ("Saturday, 16 May 2026", "20:30", "Doors 19:45")
    assert (record.kind, record.serial, record.admits) == ("Ticket 1 of 1", "No. 1001", "Admits one, once")
    assert [fact.label for fact in record.facts] == ["Name", "Category", "Tariff", "Price", "Order"]
    assert plain(record.facts[3].text) == "45.00 CHF"


def test_a_ticket_in_french() -> None:
    record = one("fr")
    assert (record.day, record.hour, record.after_hour) == ("samedi 16 mai 2026", "20:30", "Portes 19:45")
    assert (record.kind, record.serial, record.admits) == ("Billet 1 sur 1", "N° 1001", "Valable pour une entrée")
    assert record.facts[-1] == Fact("Commande", HEAD.order_code)


def test_where_to_sit() -> None:
    assert one("fr").seat == (
        SeatFact("Zone", Sized("Parterre", 1)),
        SeatFact("Rang", Sized("H", 0)),
        SeatFact("Place", Sized("12", 0)),
    )


def test_a_place_without_a_number_says_so() -> None:
    record = one("en", zone="Pit", row_label="", seat_label="")
    assert [(part.label, part.value.text) for part in record.seat] == [("Zone", "Pit"), ("Seat", "Any free place")]


def test_a_table_has_no_row() -> None:
    record = one("en", row_label="", seat_label="Table 4")
    assert [part.label for part in record.seat] == ["Zone", "Seat"]


def test_facts_nobody_gave_are_left_out() -> None:
    record = one("en", tariff_name="", holder_name="\u202e")
    assert [fact.label for fact in record.facts] == ["Category", "Price", "Order"]


def test_tickets_are_counted_over_the_order() -> None:
    made = records.of(issued(ticket(1), ticket(2), ticket(3)), "en")
    assert [record.kind for record in made] == ["Ticket 1 of 3", "Ticket 2 of 3", "Ticket 3 of 3"]


def test_a_pass_is_one_record_with_its_dates() -> None:
    (record,) = records.of(issued(*seats(3), passes=(PASS,)), "fr")
    assert (record.kind, record.day) == ("Abonnement", "3 dates")
    assert record.after_hour == "sam. 16 mai 2026 – mer. 3 juin 2026"
    assert [part.value.text for part in record.seat] == ["Parterre", "H", "12"]
    assert [line.event for line in record.lines] == ["Pièce 1", "Pièce 2", "Pièce 3"]
    assert record.lines[0].seat == ""


def test_a_pass_with_other_seats_says_them_by_date() -> None:
    (record,) = records.of(issued(*seats(2, one_seat=False), passes=(PASS,)), "en")
    assert [part.value.text for part in record.seat] == ["See each date"]
    assert [line.seat for line in record.lines] == ["Parterre · H · 1", "Parterre · H · 2"]


def test_long_names_are_set_smaller() -> None:
    assert [one("en", event_name="x" * n).title.size for n in (10, 30, 60, 200)] == [0, 1, 2, 3]


def test_the_public_reads_titles_and_names_in_its_language() -> None:
    titles = {"fr": "Le Songe"}
    names = {"event_name": "Dream", "titles": titles, "tariff_name": "Full", "tariff_names": {"fr": "Plein"}}
    french, english = one("fr", **names), one("en", **names)
    assert (french.title.text, english.title.text) == ("Le Songe", "Dream")
    assert Fact("Tarif", "Plein") in french.facts and Fact("Tariff", "Full") in english.facts
    (record,) = records.of(issued(*(replace(seat, titles=titles) for seat in seats(2)), passes=(PASS,)), "fr")
    assert [line.event for line in record.lines] == ["Le Songe"] * 2


def test_a_tariff_is_told_with_the_options_that_are_in_the_price() -> None:
    bought = (TicketOption("Programme", {"fr": "Livret"}, 300), TicketOption("Drink", {}, 500))
    facts = one("fr", options=bought).facts
    assert [fact.label for fact in facts] == ["Nom", "Catégorie", "Tarif", "Prix", "Commande"]
    assert facts[2] == Fact("Tarif", "Plein tarif + Livret + Drink", wide=True)
