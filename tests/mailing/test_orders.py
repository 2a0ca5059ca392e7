"""Mails about an order: what they say, in both languages, and that no name gets into a header or the markup."""

import email
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mailing.orders import Attachment, message
from mailing.words import EN
from tests.printing.samples import HEAD, PASS, STARTS, seats, ticket
from ticketing.jobs import MailKind
from ticketing.states import TicketStatus
from ticketing.tickets import OrderSheet, TicketOption
from ticketing.vat import VatShare

LINK = "https://tickets.example.org/orders/7KQ2M9XA"
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Language"
}  # fmt: skip


def sheet(*tickets: object, **head: object) -> OrderSheet:
    return OrderSheet(replace(HEAD, **head), tickets or (ticket(1), ticket(2, seat_label="13")), ())


def sent(order: OrderSheet, kind: MailKind = MailKind.ORDER_PAID, **options: object) -> EmailMessage:
    """The mail as a reader sees it: written to bytes and parsed again."""
    made = message(kind, order, "mail-0001", "tickets@example.org", STARTS, **options)
    return email.message_from_bytes(made.as_bytes(), policy=default)


def plain(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content().replace("\xa0", " ").replace("\u202f", " ")


def html(mail: EmailMessage) -> str:
    return mail.get_body(("html",)).get_content()


def test_the_headers() -> None:
    mail = sent(sheet())
    assert set(mail.keys()) == HEADERS
    assert (mail["To"], mail["Message-ID"]) == ("camille@example.org", "<mail-0001@example.org>")
    assert mail["From"].addresses[0].display_name == "Théâtre du Passage"
    assert mail["From"].addresses[0].addr_spec == "tickets@example.org"
    assert mail["Date"].datetime == STARTS
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "fr")


def test_in_french() -> None:
    mail = sent(sheet(), link=LINK)
    assert mail["Subject"] == "Vos billets : Le Songe d’une nuit d’été"
    for said in (
        "Bonjour Camille Dubois,",
        "samedi 16 mai 2026, 20:30 (portes 19:45)",
        "Parterre, rang H, place 12 · Plein tarif · Camille Dubois · 45,00 CHF",
        "Total 90,00 CHF",
        LINK,
    ):
        assert said in plain(mail)
    assert f'href="{LINK}"' in html(mail)


def test_in_english() -> None:
    mail = sent(sheet(customer_locale="en"), MailKind.TICKETS_REISSUED)
    assert mail["Subject"] == "Your new tickets: Le Songe d’une nuit d’été"
    for said in ("Hello Camille Dubois,", "Saturday, 16 May 2026, 20:30 (doors 19:45)", "row H, seat 12", "45.00 CHF"):
        assert said in plain(mail)
    assert "Show, save or print" not in plain(mail)


@pytest.mark.parametrize("kind", EN.letters)
@pytest.mark.parametrize("locale", ["en", "fr", "de", ""])
def test_every_kind_in_every_language(kind: MailKind, locale: str) -> None:
    mail = sent(sheet(customer_locale=locale), kind, link=LINK)
    assert "{" not in plain(mail) and "{" not in mail["Subject"]


def test_the_styles_are_in_the_elements() -> None:
    page = html(sent(sheet()))
    assert "<style" not in page and "<link" not in page
    assert 'style="' in page.partition("<h1")[2].partition(">")[0]


def test_seats_stand_under_their_performances() -> None:
    other = ticket(
        3, zone="Fosse", row_label="", seat_label="", event_name="Nuit", starts_at=STARTS + timedelta(days=1)
    )
    text = plain(sent(sheet(ticket(1), ticket(2), other)))
    assert text.index("Le Songe") < text.index("place 12") < text.index("Nuit") < text.index("Fosse, placement libre")
    assert text.count("Le Songe") == 1


def test_a_pass_with_its_dates() -> None:
    text = plain(sent(OrderSheet(HEAD, tuple(seats(3)), (PASS,))))
    assert text.count("Abonnement Grande saison") == 1
    assert all(f"Pièce {n}, Parterre, rang H, place 12" in text for n in (1, 2, 3))


def test_only_what_is_valid_is_told() -> None:
    gone = ticket(2, seat_label="99", status=TicketStatus.CANCELLED)
    assert "99" not in plain(sent(sheet(ticket(1), gone))).replace("9XA", "")


def test_tickets_are_attached() -> None:
    pdf = b"%PDF-1.7 \x00\xff"
    mail = sent(sheet(), attachments=[Attachment("billets/7KQ2\r\nM9XA.pdf", pdf)])
    (attached,) = mail.iter_attachments()
    assert (attached.get_content_type(), attached.get_content()) == ("application/pdf", pdf)
    assert attached.get_filename() == "billets-7KQ2-M9XA.pdf"


def test_a_resent_mail_has_the_same_id() -> None:
    first, again = (sent(sheet())["Message-ID"] for _ in range(2))
    assert first == again


def test_a_sender_with_a_name_keeps_it() -> None:
    made = message(MailKind.ORDER_PAID, sheet(), "m", "The Box Office <office@example.org>", STARTS)
    assert str(made["From"]) == "The Box Office <office@example.org>"


def test_an_address_in_another_script() -> None:
    assert sent(sheet(customer_email="camille@théâtre.example"))["To"] == "camille@xn--thtre-4qa2c.example"
    assert sent(sheet(customer_email="zoé@example.org"))["To"] == "zoé@example.org"


def test_markup_in_a_name_is_text() -> None:
    mail = sent(sheet(ticket(1, event_name="<script>alert(1)</script> & co")))
    assert "<script>" not in html(mail)
    assert "<script>alert(1)</script> & co" in plain(mail)


@settings(max_examples=60, deadline=None)
@given(name=st.text(max_size=300))
def test_no_name_begins_another_header(name: str) -> None:
    order = sheet(ticket(1, event_name=name, zone=name), organisation_name=name, customer_name=name, order_code="X")
    mail = sent(order)
    assert set(mail.keys()) == HEADERS
    assert mail["To"].addresses[0].addr_spec == "camille@example.org"
    assert mail["From"].addresses[0].addr_spec == "tickets@example.org" and len(mail["From"].addresses) == 1
    assert mail["Message-ID"] == "<mail-0001@example.org>"


@pytest.mark.parametrize(
    "name",
    ["Evil\r\nBcc: victim@example.org", '"a" <x@y.z>, b', "a, b; c:", "Ω, “quoted” <x@y.z>" * 10, "=?utf-8?q?a?="],
)
def test_names_meant_to_break_headers(name: str) -> None:
    mail = sent(sheet(ticket(1, event_name=name), organisation_name=name))
    assert set(mail.keys()) == HEADERS
    assert [address.addr_spec for address in mail["From"].addresses] == ["tickets@example.org"]


def test_the_event_and_the_tariff_are_told_in_the_readers_language() -> None:
    one = ticket(
        1, event_name="The Dream", titles={"fr": "Le Songe", "en": "The Dream"},
        tariff_name="Full", tariff_names={"fr": "Plein", "en": "Full"},
    )  # fmt: skip
    french, english = sent(sheet(one)), sent(sheet(one, customer_locale="en-GB"))
    assert (french["Subject"], english["Subject"]) == ("Vos billets : Le Songe", "Your tickets: The Dream")
    assert "Le Songe" in plain(french) and "Plein" in plain(french) and "The Dream" not in plain(french)
    dates = plain(sent(OrderSheet(HEAD, tuple(replace(seat, titles={"fr": "Le Songe"}) for seat in seats(2)), (PASS,))))
    assert dates.count("Le Songe, Parterre") == 2


def test_what_a_ticket_was_bought_with_is_named_beside_its_price() -> None:
    drink = TicketOption("Drink <b>", {"fr": "Boisson"}, 500)
    bought = (TicketOption("Programme", {}, 300), drink)
    mail = sent(sheet(ticket(1, options=bought, price_cents=5300)))
    assert "place 12 · Plein tarif + Programme + Boisson · Camille Dubois · 53,00 CHF" in plain(mail)
    english = sent(sheet(ticket(1, options=(drink,)), customer_locale="en"))
    assert "Drink &lt;b&gt;" in html(english)


def test_the_tax_is_told_by_rate_under_the_total() -> None:
    shares = (VatShare(8100, 4500, 337), VatShare(2600, 4500, 114))
    mail = sent(sheet(vat=shares, vat_number="CHE123456789TVA"))
    lines = ["Total 90,00 CHF", "dont TVA 8,1 % · 3,37 CHF", "dont TVA 2,6 % · 1,14 CHF", "N° de TVA CHE123456789TVA"]
    assert "\r\n".join(lines) in plain(mail)
    assert all(told in html(mail) for told in ("dont TVA 8,1", "3,37", "dont TVA 2,6", "1,14", "CHE123456789TVA"))
    assert "of which VAT 8.1% · 3.37 CHF" in plain(sent(sheet(customer_locale="en", vat=shares)))


def test_who_tells_no_tax_tells_no_number() -> None:
    assert "TVA" not in plain(sent(sheet(vat_number="CHE123456789TVA")))
