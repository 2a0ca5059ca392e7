"""What mails say besides what they are told, in each language. A word missing in one of them does not type-check."""

from collections.abc import Mapping

from msgspec import Struct

from ticketing.formats import Language
from ticketing.jobs import MailKind


class Letter(Struct, frozen=True, kw_only=True):
    """The words of one kind of mail. Braces are filled in by `records`. `linked` stands for `intro` where the tickets
    are too large to be attached, `at_counter` where they wait at the counter."""

    subject: str
    heading: str
    intro: str
    linked: str = ""
    at_counter: str = ""


class Words(Struct, frozen=True, kw_only=True):
    """The words of one language."""

    letters: Mapping[MailKind, Letter]
    hello: str
    doors: str
    unnumbered: str
    row: str
    seat: str
    total: str
    vat: str
    vat_number: str
    order: str
    see_tickets: str
    see_order: str
    admits: str
    footer: str


EN = Words(
    letters={
        MailKind.ORDER_PLACED: Letter(
            subject="Your order: {title}",
            heading="Your order",
            intro="Your places are kept for you. Please pay at the box office and bring the number of this order; "
            "until when is on the order’s page.",
        ),
        MailKind.ORDER_PAID: Letter(
            subject="Your tickets: {title}",
            heading="Your tickets",
            intro="Thank you for your order. It is complete, and your tickets are attached.",
            linked="Thank you for your order. It is complete, and your tickets wait behind the link below.",
            at_counter="Thank you for your order. It is complete, and your tickets wait at the counter: bring the "
            "number of this order.",
        ),
        MailKind.TICKETS_REISSUED: Letter(
            subject="Your new tickets: {title}",
            heading="Your new tickets",
            intro="Tickets of your order were moved or issued again. The codes attached replace the ones you had.",
            linked="Tickets of your order were moved or issued again. The codes behind the link replace those you had.",
        ),
        MailKind.CONFIRMATION_AGAIN: Letter(
            subject="Your order: {title}",
            heading="Your order",
            intro="Here is your order once more, as it stands today.",
        ),
        MailKind.TICKETS_AGAIN: Letter(
            subject="Your tickets: {title}",
            heading="Your tickets",
            intro="Here are your tickets once more. They are the ones you had: use one copy of each.",
            linked="Your tickets wait behind the link below. They are the ones you had: use one copy of each.",
        ),
    },
    hello="Hello {name},",
    doors="doors {hour}",
    unnumbered="any free place",
    row="row {label}",
    seat="seat {label}",
    total="Total",
    vat="of which VAT {rate}",
    vat_number="VAT number {number}",
    order="Order {code}",
    see_tickets="Show, save or print the tickets",
    see_order="See the order and its tickets",
    admits="Each code lets one person in, once: the first scan counts. Please do not share it.",
    footer="{organiser} sends this mail because of the order {code}.",
)

FR = Words(
    letters={
        MailKind.ORDER_PLACED: Letter(
            subject="Votre commande : {title}",
            heading="Votre commande",
            intro="Vos places sont gardées pour vous. Veuillez payer à la billetterie et apporter le numéro de cette "
            "commande ; la page de la commande dit jusqu’à quand.",
        ),
        MailKind.ORDER_PAID: Letter(
            subject="Vos billets : {title}",
            heading="Vos billets",
            intro="Merci de votre commande. Elle est complète et vos billets sont joints à ce message.",
            linked="Merci de votre commande. Elle est complète et le lien ci-dessous mène à vos billets.",
            at_counter="Merci de votre commande. Elle est complète et vos billets vous attendent au guichet : apportez "
            "le numéro de cette commande.",
        ),
        MailKind.TICKETS_REISSUED: Letter(
            subject="Vos nouveaux billets : {title}",
            heading="Vos nouveaux billets",
            intro="Des billets de votre commande ont été déplacés ou réémis : les codes joints remplacent les anciens.",
            linked="Des billets de votre commande ont été déplacés ou réémis : le lien ci-dessous mène aux nouveaux "
            "codes, qui remplacent les anciens.",
        ),
        MailKind.CONFIRMATION_AGAIN: Letter(
            subject="Votre commande : {title}",
            heading="Votre commande",
            intro="Voici à nouveau votre commande, telle qu’elle est aujourd’hui.",
        ),
        MailKind.TICKETS_AGAIN: Letter(
            subject="Vos billets : {title}",
            heading="Vos billets",
            intro="Voici à nouveau vos billets. Ce sont les mêmes : n’utilisez qu’un exemplaire de chacun.",
            linked="Le lien ci-dessous mène à vos billets. Ce sont les mêmes : n’utilisez qu’un exemplaire de chacun.",
        ),
    },
    hello="Bonjour {name},",
    doors="portes {hour}",
    unnumbered="placement libre",
    row="rang {label}",
    seat="place {label}",
    total="Total",
    vat="dont TVA {rate}",
    vat_number="N° de TVA {number}",
    order="Commande {code}",
    see_tickets="Afficher, enregistrer ou imprimer les billets",
    see_order="Voir la commande et ses billets",
    admits="Chaque code fait entrer une personne, une fois : le premier passage compte. Ne le partagez pas.",
    footer="{organiser} vous envoie ce message en raison de la commande {code}.",
)

WORDS: Mapping[Language, Words] = {Language.EN: EN, Language.FR: FR}
