"""What tickets say besides what they are told, in each language. A word missing in one of them does not type-check."""

from collections.abc import Mapping

from msgspec import Struct

from ticketing.formats import Language


class Words(Struct, frozen=True, kw_only=True):
    """The words of one language. Those with braces are filled in by `records`."""

    doors: str
    zone: str
    row: str
    seat: str
    unnumbered: str
    by_date: str
    holder: str
    tariff: str
    category: str
    price: str
    order: str
    ticket_of: str
    number: str
    season_pass: str
    dates: str
    one_date: str
    many_dates: str
    getting_in: str
    hints: tuple[str, ...]
    admits: str
    pass_admits: str
    fold: str
    contact: str
    terms: str

    def date_count(self, count: int) -> str:
        """How many dates."""
        return (self.one_date if count == 1 else self.many_dates).format(count=count)


EN = Words(
    doors="Doors {hour}",
    zone="Zone",
    row="Row",
    seat="Seat",
    unnumbered="Any free place",
    by_date="See each date",
    holder="Name",
    tariff="Tariff",
    category="Category",
    price="Price",
    order="Order",
    ticket_of="Ticket {number} of {count}",
    number="No. {serial}",
    season_pass="Pass",
    dates="Your seats",
    one_date="{count} date",
    many_dates="{count} dates",
    getting_in="Getting in",
    hints=(
        "Show the code at the entrance, on paper or on a screen turned up bright.",
        "It lets one person in, once: the first scan counts. Do not share a picture of it.",
        "If the ticket is moved or issued again, this code stops working; use the newest.",
    ),
    admits="Admits one, once",
    pass_admits="Admits one, once a date",
    fold="Fold here",
    contact="Contact",
    terms="Terms",
)

FR = Words(
    doors="Portes {hour}",
    zone="Zone",
    row="Rang",
    seat="Place",
    unnumbered="Placement libre",
    by_date="Voir chaque date",
    holder="Nom",
    tariff="Tarif",
    category="Catégorie",
    price="Prix",
    order="Commande",
    ticket_of="Billet {number} sur {count}",
    number="N° {serial}",
    season_pass="Abonnement",
    dates="Vos places",
    one_date="{count} date",
    many_dates="{count} dates",
    getting_in="À l’entrée",
    hints=(
        "Présentez le code à l’entrée, sur papier ou sur un écran bien lumineux.",
        "Il fait entrer une personne, une seule fois : le premier passage compte. N’en partagez pas l’image.",
        "Si le billet est déplacé ou réémis, ce code ne vaut plus : utilisez le plus récent.",
    ),
    admits="Valable pour une entrée",
    pass_admits="Une entrée par date",
    fold="Plier ici",
    contact="Contact",
    terms="Conditions",
)

WORDS: Mapping[Language, Words] = {Language.EN: EN, Language.FR: FR}
