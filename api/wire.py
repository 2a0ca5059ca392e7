"""What goes over the wire, where it is not what the verbs speak already: bodies, and answers.

Verbs speak structs of their own; they are sent as they are when nothing in them is private. What stands here is what
a browser needs otherwise: hashes as text, links, secrets.
"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from ticketing.answers import Given
from ticketing.channels import Channel
from ticketing.forms import Form, Kind, Limits
from ticketing.holds import BestWish, Label, Part, Wish, Wishes
from ticketing.offers import Offer
from ticketing.options import OPTIONS_MAX
from ticketing.passes import PassType
from ticketing.payment_methods import Way
from ticketing.payments import Received
from ticketing.performances import Label as PublicLabel
from ticketing.performances import Performance, PerformanceStatus
from ticketing.queues import Standing
from ticketing.signing_keys import PublicKey
from ticketing.states import OrderStatus

PLACES_MAX = 1000
BLOCK_CODE_MAX = 0xFFFF

PlaceNumber = Annotated[int, Meta(ge=0, lt=1 << 31)]
Allotments = Annotated[tuple[Annotated[int, Meta(ge=1, le=BLOCK_CODE_MAX)], ...], Meta(max_length=16)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Link = Annotated[str, Meta(max_length=64)]
HolderName = Annotated[str, Meta(max_length=200)]
Email = Annotated[str, Meta(min_length=3, max_length=254)]
HoldText = Annotated[str, Meta(min_length=1, max_length=64)]
Locale = Literal["en", "fr"]
PaperName = Literal["a4", "a6", "phone"]
Provider = Literal["sandbox", "on_site"]


# Performances


class PerformanceSeen(Struct, frozen=True):
    """A performance on sale, and where its hall is drawn.

    `event_name` is the event's title in the box office's language, or its name where it has none; `titles` are those
    that it has, by language. `label`: what the house says of it, whatever is free; and `sold_out` as soon as no place
    is free or held any more.
    """

    id: UUID
    event: UUID
    event_name: str
    titles: dict[str, str]
    venue_name: str
    time_zone: str
    currency: str
    starts_at: datetime
    doors_at: datetime
    ends_at: datetime
    sale_opens_at: datetime
    sale_closes_at: datetime
    status: PerformanceStatus
    label: PublicLabel | None
    plan: str
    place_list: str


class PerformancePage(Struct, frozen=True):
    """Performances by start; `next` is where the list goes on, to be sent as `after`."""

    performances: tuple[PerformanceSeen, ...]
    next: str | None


class OptionSeen(Struct, frozen=True):
    """What a ticket may be bought with; of one group, one is chosen or none."""

    id: UUID
    name: str
    group: str | None
    price_cents: int


class TariffSeen(Struct, frozen=True):
    """A tariff of a performance; a bounded one needs a place of its own in the hold.

    Prices are by category, and by zone (its id in the plan) where a zone has its own, which then goes before its
    category's. An order with places at the tariff has at least `order_min` of them, at most `order_max`.
    """

    id: UUID
    name: str
    description: str
    bounded: bool
    prices: dict[str, int]
    zone_prices: dict[str, int]
    order_min: int
    order_max: int | None
    sale_closes_at: datetime | None
    options: tuple[OptionSeen, ...]


class PerformanceDetail(Struct, frozen=True):
    """A performance and what it costs."""

    performance: PerformanceSeen
    tariffs: tuple[TariffSeen, ...]


class CategoryFree(Struct, frozen=True):
    """Free places of one category."""

    category: str
    free: int


class Counts(Struct, frozen=True):
    """How many places are free, in all and by category."""

    version: str
    free: int
    categories: tuple[CategoryFree, ...]


def performance_seen(performance: Performance, gone: bool) -> PerformanceSeen:
    """What anybody may see of a performance. `gone`: nothing of it is left."""
    return PerformanceSeen(
        id=performance.id,
        event=performance.event_id,
        event_name=performance.event_name,
        titles=performance.titles,
        venue_name=performance.venue_name,
        time_zone=performance.time_zone,
        currency=performance.currency,
        starts_at=performance.starts_at,
        doors_at=performance.doors_at,
        ends_at=performance.ends_at,
        sale_opens_at=performance.sale_opens_at,
        sale_closes_at=performance.sale_closes_at,
        status=performance.status,
        label=performance.label or (PublicLabel.SOLD_OUT if gone else None),
        plan=performance.plan_hash.hex(),
        place_list=performance.place_list_hash.hex(),
    )


def tariffs_seen(offer: Offer, channel: Channel, now: datetime) -> tuple[TariffSeen, ...]:
    """What a performance is sold at in a channel now."""
    return tuple(
        TariffSeen(
            id=tariff.id,
            name=tariff.name,
            description=tariff.described(""),
            bounded=tariff.id in offer.quota_pools,
            prices=dict(tariff.cost.categories),
            zone_prices=dict(tariff.cost.zones),
            order_min=tariff.terms.order_min,
            order_max=tariff.terms.order_max,
            sale_closes_at=tariff.terms.sale_closes_at,
            options=tuple(
                OptionSeen(option.id, option.name, group, option.price_cents)
                for option, group in offer.options.get(tariff.id, ())
            ),
        )
        for tariff in offer.tariffs
        if tariff.sold(channel, now)
    )


# Holds


class HoldBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What to hold, all or nothing. `allotments` are for staff, `link` for an event that is shown by link."""

    wants: Wishes
    allotments: Allotments = ()
    link: Link = ""


class Drop(Struct, frozen=True, forbid_unknown_fields=True):
    """Places to give back."""

    performance: UUID
    places: Annotated[tuple[PlaceNumber, ...], Meta(min_length=1, max_length=PLACES_MAX)]


class ChangeBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What to add to a hold and what to give back, all or nothing."""

    add: Annotated[tuple[Wish, ...], Meta(max_length=64)] = ()
    drop: Annotated[tuple[Drop, ...], Meta(max_length=64)] = ()
    allotments: Allotments = ()
    link: Link = ""


class ProposalsBody(Struct, frozen=True, forbid_unknown_fields=True):
    """For whom to look. `allotments` are for staff."""

    want: BestWish
    allotments: Allotments = ()
    link: Link = ""


class Proposals(Struct, frozen=True):
    """Sets of seats that could be held now, best first; none when the party does not fit."""

    proposals: tuple[Part, ...]


# Orders


class BuyerBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Who buys, and in which language to write to them."""

    email: Email
    name: Name
    locale: Locale = "en"


AnswerText = Annotated[str, Meta(max_length=5000)]
Answers = Annotated[
    dict[UUID, AnswerText | Annotated[tuple[AnswerText, ...], Meta(max_length=200)]],
    Meta(max_length=100, description="By the field's id: a text, the keys of options, or the id of an upload"),
]


class ChoiceSeen(Struct, frozen=True):
    """One of the choices of a field; its key is what an answer says."""

    key: str
    labels: dict[str, str]


class FieldSeen(Struct, frozen=True):
    """A question. Texts are by language; bounds are those of its kind."""

    id: UUID
    kind: Kind
    labels: dict[str, str]
    helps: dict[str, str]
    mandatory: bool
    link: str
    options: tuple[ChoiceSeen, ...]
    limits: Limits


class FormSeen(Struct, frozen=True):
    """Questions in their order. `region` is where telephone numbers without a country code are taken to be."""

    id: UUID
    region: str
    fields: tuple[FieldSeen, ...]


class AskedForms(Struct, frozen=True):
    """What is asked once for an order, and for each ticket, by tariff."""

    order: FormSeen | None
    tariffs: dict[str, FormSeen]


def form_seen(form: Form) -> FormSeen:
    """What anybody may see of a form: what is asked now."""
    fields = tuple(
        FieldSeen(
            field.id, field.kind, field.labels, field.helps, field.mandatory, field.link,
            tuple(ChoiceSeen(option.key, option.labels) for option in field.offered), field.limits,
        )
        for field in form.shown
    )  # fmt: skip
    return FormSeen(form.id, form.region, fields)


class SeatBody(Struct, frozen=True, forbid_unknown_fields=True):
    """One place of the hold, at one tariff; no holder: the buyer."""

    performance: UUID
    place: PlaceNumber
    tariff: UUID
    holder_name: HolderName = ""
    options: Annotated[tuple[UUID, ...], Meta(max_length=OPTIONS_MAX)] = ()
    answers: Answers = {}


class PassBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A pass, with the seat that the hold has at each of its performances."""

    pass_type: UUID
    seat: Label
    holder_name: Name


class OrderBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly what the hold has, priced by tariff.

    `total_cents` is what the buyer was told it costs: at another price nothing is ordered. Staff sell at the counter,
    unless `channel` says that a program sells, by the shop's rules.
    """

    hold: HoldText
    buyer: BuyerBody
    seats: Annotated[tuple[SeatBody, ...], Meta(max_length=PLACES_MAX)] = ()
    passes: Annotated[tuple[PassBody, ...], Meta(max_length=PLACES_MAX)] = ()
    total_cents: Annotated[int, Meta(ge=0, le=(1 << 31) - 1)] | None = None
    channel: Literal["counter", "api"] | None = None
    answers: Answers = {}


def given(answers: Answers) -> Given:
    """Answers as the verbs take them, in one order whatever it was sent in."""
    return tuple((field_id, (said,) if isinstance(said, str) else said) for field_id, said in sorted(answers.items()))


class CancellationBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Which tickets to take back; none named: the whole order. Naming some is for staff."""

    tickets: Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=PLACES_MAX)] | None = None


class PaymentBody(Struct, frozen=True, forbid_unknown_fields=True):
    """How to pay: `sandbox` sends the shopper to a page, `on_site` books money taken over the counter (staff)."""

    provider: Provider


class PaymentMethodBody(Struct, frozen=True, forbid_unknown_fields=True):
    """How an order will be paid, as `payment-methods` names it."""

    method: Annotated[str, Meta(min_length=1, max_length=40)]


class WaySeen(Struct, frozen=True):
    """A way to pay. `until` is how long it keeps the order, `due_on` the day on which its invoice is due; `why_not` is
    the code of what stands against it for this order, `detail` the sentence, both none where nothing does."""

    method: str
    texts: dict[str, str]
    until: datetime | None
    due_on: date | None
    why_not: str | None
    detail: str | None

    @classmethod
    def of(cls, way: Way) -> "WaySeen":
        refusal = way.why_not
        code, detail = (refusal.code, refusal.message) if refusal else (None, None)
        return cls(way.method, way.texts, way.until, way.due_on, code, detail)


class PaymentSeen(Struct, frozen=True):
    """A payment: to be made at `redirect_url`, or made (none)."""

    provider: Provider
    amount_cents: int
    currency: str
    redirect_url: str | None
    order_status: OrderStatus


class NotificationSeen(Struct, frozen=True):
    """What became of a notification."""

    outcome: Received


# Tickets and gates


class MoveBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a ticket goes."""

    place: PlaceNumber
    allotments: Allotments = ()


class DeliveryBody(Struct, frozen=True, forbid_unknown_fields=True):
    """How an order's tickets are handed over: `one` file for all of them, or one `each`."""

    paper: PaperName
    files: Literal["one", "each"]


class AdmissionBody(Struct, frozen=True, forbid_unknown_fields=True):
    """One scan at a gate; asked again under the same `scan`, it is answered as the first time."""

    scan: UUID
    code: Annotated[str, Meta(max_length=1000)]
    gate: Name


class PublicKeys(Struct, frozen=True):
    """The keys that an organisation's tickets are verified with, oldest first; each is 32 bytes in base64."""

    organisation: UUID
    keys: tuple[PublicKey, ...]


class PassTypes(Struct, frozen=True):
    """The passes a box office sells."""

    pass_types: tuple[PassType, ...]


# Waiting rooms


class NumberBody(Struct, frozen=True, forbid_unknown_fields=True):
    """For how many places one comes; and, where the room asks for it, the challenge and what solves it."""

    party: Annotated[int, Meta(ge=1, le=50)] = 2
    puzzle: Annotated[str, Meta(max_length=200)] = ""
    answer: Annotated[str, Meta(max_length=20)] = ""


class NumberTold(Struct, frozen=True):
    """A number: a secret. `ordinal` is what the shuffle ranks."""

    number: str
    ordinal: int
    party: int


class ChallengeTold(Struct, frozen=True):
    """What to solve before one is given a number."""

    puzzle: str
    bits: int


class NumberStanding(Struct, frozen=True):
    """Where a number stands: how many are before it, about, and about how many minutes that takes.

    `until`: the end of one's turn, or of the time inside.
    """

    standing: Standing
    rank: int | None
    ahead: int | None
    minutes: int | None
    until: datetime | None


class AdmissionTold(Struct, frozen=True):
    """That one's turn has come: a secret, good for so many places, until then."""

    admission: str
    party: int
    expires_at: datetime
