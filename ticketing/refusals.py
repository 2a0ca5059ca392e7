"""Every reason for which Placeur says no: a closed family, one class a reason.

A class's docstring is its message, in which `{field}` is filled from the fields given; `code` is what a program reads
and never changes; `status` is the HTTP status, chosen here once so that no handler branches on it. One handler renders
the family as problem documents, the command line prints the message.
"""

import copyreg
from typing import ClassVar


class Refusal(Exception):
    """The request was refused."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    family: ClassVar[dict[str, type["Refusal"]]] = {}

    def __init_subclass__(cls) -> None:
        assert cls.__doc__ and cls.code not in Refusal.family, f"{cls.__name__} needs a message and a code of its own"
        Refusal.family[cls.code] = cls

    def __init__(self, **fields: object) -> None:
        """`fields` fill the message and travel beside it in the problem document (`place`, `where`, ...)."""
        self.fields = fields
        super().__init__((type(self).__doc__ or "").format_map(fields))

    def __reduce__(self) -> tuple[object, ...]:
        """As it is, not made anew from its message: a refusal travels from one process to another."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]

    @property
    def message(self) -> str:
        return str(self)


# The request itself


class InputRefused(Refusal):
    """{problem}"""

    code = "input-refused"
    status = 422

    def __init__(self, *, problem: str, where: str = "", **fields: object) -> None:
        """`problem` is a sentence whose `{field}`s are filled from the other fields, if any; `where` names a field."""
        self.text, self.filled = problem, fields
        told = problem.format_map(fields) if fields else problem
        super().__init__(problem=f"{where}: {told}" if where else told, where=where, **fields)


class BodyTooLarge(Refusal):
    """The body is larger than {bytes_max} bytes."""

    code = "body-too-large"
    status = 413


class TooManyRequests(Refusal):
    """Too many requests: try again in {retry_s} s."""

    code = "too-many-requests"
    status = 429


class TooManyStreams(Refusal):
    """As many live streams are open as this server carries: try again in a moment."""

    code = "too-many-streams"
    status = 503


class NotFound(Refusal):
    """There is no such {what}."""

    code = "not-found"
    status = 404


class NotSignedIn(Refusal):
    """This needs a token: it is missing, unknown or revoked."""

    code = "not-signed-in"
    status = 401


class ScopeMissing(Refusal):
    """This needs a token with the scope {scope}."""

    code = "scope-missing"
    status = 403


class MayNotSell(Refusal):
    """This key may not sell, whatever else it may: make one that may, or allow this one to on its page."""

    code = "may-not-sell"
    status = 403


class AddressNotAllowed(Refusal):
    """This key is not used from {address}: the networks it may be used from are on its page."""

    code = "address-not-allowed"
    status = 403


class PasswordWrong(Refusal):
    """That e-mail address and password do not belong together."""

    code = "password-wrong"
    status = 401


class CodeWrong(Refusal):
    """This code is not right, or was used already: wait for the next one, and check the clock of your telephone."""

    code = "code-wrong"
    status = 401


class PasskeyRefused(Refusal):
    """This passkey does not open this account. Try again, or sign in another way."""

    code = "passkey-refused"
    status = 401


class PasskeysEnough(Refusal):
    """An account has {passkeys_max} passkeys at most: remove one that is not used any more."""

    code = "passkeys-enough"
    status = 409


class LinkSpent(Refusal):
    """This link was used already, or has ended. Ask for a new one."""

    code = "link-spent"
    status = 410


class AccountGone(Refusal):
    """This account was deleted."""

    code = "account-gone"
    status = 410


class LastManager(Refusal):
    """Nobody would be left who may manage {organisation}: let somebody else manage it first."""

    code = "last-manager"
    status = 409


class PermissionMissing(Refusal):
    """This needs the permission to {scope}: ask whoever runs {organisation}."""

    code = "permission-missing"
    status = 403


class FormStale(Refusal):
    """This page was open for too long, or in another session: what you typed is kept, send it again."""

    code = "form-stale"
    status = 403


class MailingStarted(Refusal):
    """This mail is on its way already: what it says and whom it is for cannot change any more."""

    code = "mailing-started"
    status = 409


class MailingEmpty(Refusal):
    """Nobody would get this mail: nobody chosen has bought a ticket, or all of them want no such mails."""

    code = "mailing-empty"
    status = 409


class MailingTooLarge(Refusal):
    """This mail is for {recipient_count} people, and {recipients_max} is the most: choose fewer dates or tariffs."""

    code = "mailing-too-large"
    status = 409


class LinkUnknown(Refusal):
    """This link is not one of ours, or not whole: open it from the mail again."""

    code = "link-unknown"
    status = 404


class EditedMeanwhile(Refusal):
    """Somebody else has saved this {what} since you opened it."""

    code = "edited-meanwhile"
    status = 409


class AlreadyExists(Refusal):
    """There is already a {what} named {name}."""

    code = "already-exists"
    status = 409


class CurrencyFixed(Refusal):
    """The currency stays {currency}: there are orders in it. For another currency, open another box office."""

    code = "currency-fixed"
    status = 409


class TooManyRates(Refusal):
    """There are {rates_max} rates already, the most there can be: withdraw one that is long past."""

    code = "too-many-rates"
    status = 409


class TooManyKeys(Refusal):
    """There are {keys_max} keys in use already, the most there can be: revoke one that nobody needs."""

    code = "too-many-keys"
    status = 409


class WrongState(Refusal):
    """A {what} that is {state} cannot be {event}."""

    code = "wrong-state"
    status = 409


class RequestReused(Refusal):
    """This idempotency key was used before, with another body."""

    code = "request-reused"
    status = 409


class NotReady(Refusal):
    """The house is being counted: try again in a moment."""

    code = "not-ready"
    status = 503


# Plans and performances


class PlanRefused(Refusal):
    """The plan cannot be read ({where}). {problem}"""

    code = "plan-refused"
    status = 422


class PlanUnsound(Refusal):
    """The plan needs {finding_count} repairs first. {finding}"""

    code = "plan-unsound"
    status = 422


class DrawingRefused(Refusal):
    """This cannot be kept ({where}). {problem}"""

    code = "drawing-refused"
    status = 422


class DrawingChanged(Refusal):
    """{by} has changed this drawing meanwhile, and nothing was saved: load it again."""

    code = "drawing-changed"
    status = 409


class DrawingUnsound(Refusal):
    """There are {finding_count} things to mend before this drawing can be published. {finding}"""

    code = "drawing-unsound"
    status = 409


class DrawingEmpty(Refusal):
    """There is nothing to sell on this drawing yet: draw seats, or an area with places."""

    code = "drawing-empty"
    status = 409


class DrawingBehind(Refusal):
    """Version {number} of this plan came from elsewhere while you were drawing: look at it, then publish over it."""

    code = "drawing-behind"
    status = 409


class DrawingExists(Refusal):
    """The plan {name} is being drawn already: publish that drawing or throw it away first."""

    code = "drawing-exists"
    status = 409


class TooManyDrawings(Refusal):
    """There are {drawings_max} drawings already, the most there can be: publish some, or throw some away."""

    code = "too-many-drawings"
    status = 409


class TooManyPhotos(Refusal):
    """There are {photos_max} photos of views already, the most there can be: unused ones go by themselves later."""

    code = "too-many-photos"
    status = 409


class UnknownPhoto(Refusal):
    """The plan names photos of views that are not kept here any more: look at what is to be mended once again."""

    code = "photo-unknown"
    status = 409


class SeatsInUse(Refusal):
    """The new plan drops {place_count} places that are sold: move or refund them first."""

    code = "seats-in-use"
    status = 409


class PlanInPlace(Refusal):
    """The date is on version {number} of its plan already."""

    code = "plan-in-place"
    status = 409


class OtherPlan(Refusal):
    """That is a version of another plan: a date keeps to the plan that it was put on."""

    code = "other-plan"
    status = 409


class DateEnded(Refusal):
    """The date is over or cancelled: it stays on the version of its plan that it was sold on."""

    code = "date-ended"
    status = 409


class PlanBusy(Refusal):
    """Too much is being sold at this date just now, and nothing was changed: try again in a moment."""

    code = "plan-busy"
    status = 503


class PlacesSpent(Refusal):
    """With this version the date would have had more than {places_max} places in all: add a new date instead."""

    code = "places-spent"
    status = 409


class DateOver(Refusal):
    """The date is over or cancelled: nothing is kept there any more."""

    code = "date-over"
    status = 409


class AllotmentsSpent(Refusal):
    """A date has at most {count_max} blocks and allotments at once: release some of them first."""

    code = "allotments-spent"
    status = 409


class PlanInUse(Refusal):
    """{performance_count} performances are on this plan: it is kept as long as they are. Import its next version."""

    code = "plan-in-use"
    status = 409


class VenueInUse(Refusal):
    """{performance_count} performances were put on at {name}: a venue is kept as long as its performances are."""

    code = "venue-in-use"
    status = 409


class EventOrdered(Refusal):
    """This event has orders, so it cannot become a draft again: show it by link instead, or close its sale."""

    code = "event-ordered"
    status = 409


class EventShown(Refusal):
    """Only a draft is removed: make the event a draft first, then nobody is looking at it any more."""

    code = "event-shown"
    status = 409


class EventKept(Refusal):
    """There are orders or passes for this event, so it is kept: close the sale of its dates, or show it by link."""

    code = "event-kept"
    status = 409


class PerformanceOrdered(Refusal):
    """{date_count} of these dates have orders, so they cannot be removed: mark them postponed, or close their sale."""

    code = "performance-ordered"
    status = 409


class SaleNotOpen(Refusal):
    """The sale opens at {opens_at}."""

    code = "sale-not-open"
    status = 409


class SaleClosed(Refusal):
    """The sale is closed."""

    code = "sale-closed"
    status = 409


class TableSoldWhole(Refusal):
    """Seat {seat} is at a table that is sold whole: take all of its {place_count} places."""

    code = "table-sold-whole"
    status = 422


class UnknownSeat(Refusal):
    """There is no seat {seat} in this hall."""

    code = "unknown-seat"
    status = 422


class NoPrice(Refusal):
    """The tariff {tariff} has no price for the category {category}."""

    code = "no-price"
    status = 422


# Waiting rooms


class WaitingRoomFirst(Refusal):
    """This event has a waiting room: take a number there, and come back when it is your turn."""

    code = "waiting-room-first"
    status = 403


class AdmissionLapsed(Refusal):
    """Your time to choose places is over. What you hold already can still be ordered; for more, take a new number."""

    code = "admission-lapsed"
    status = 403


class QueueNumberRefused(Refusal):
    """This number was not given to this browser for this event: take one of your own."""

    code = "queue-number-refused"
    status = 403


class NotYourTurn(Refusal):
    """It is not your turn yet: your place in the queue is kept."""

    code = "not-your-turn"
    status = 409


class TurnLapsed(Refusal):
    """Your turn came and was not used in time: take a new number."""

    code = "turn-lapsed"
    status = 410


class TurnUsed(Refusal):
    """Your turn was for {party} places, and they are ordered: take a new number for more."""

    code = "turn-used"
    status = 409


class WaitingRoomClosed(Refusal):
    """The waiting room is closed: the sale is open to everybody."""

    code = "waiting-room-closed"
    status = 409


class ChallengeFailed(Refusal):
    """Your browser could not show that it is no program: load the page again."""

    code = "challenge-failed"
    status = 403


# Holds


class SeatsTaken(Refusal):
    """Somebody else has just taken one of these places."""

    code = "seats-taken"
    status = 409


class SeatsBlocked(Refusal):
    """One of these places is not on sale."""

    code = "seats-blocked"
    status = 409


class SoldOut(Refusal):
    """There are not enough places left."""

    code = "sold-out"
    status = 409


class NoFit(Refusal):
    """There are places left, but none that fit the whole party as asked."""

    code = "no-fit"
    status = 409


class TooManyPlaces(Refusal):
    """That is more than {places_max} places."""

    code = "too-many-places"
    status = 409


class HoldExpired(Refusal):
    """The reservation has lapsed: the places went back on sale."""

    code = "hold-expired"
    status = 410


class HoldLost(Refusal):
    """The reservation no longer has its places."""

    code = "hold-lost"
    status = 409


class HoldBusy(Refusal):
    """The reservation is being ordered at this moment."""

    code = "hold-busy"
    status = 409


# Orders and money


class OrderLate(Refusal):
    """Placing the order took too long and was given up; nothing was ordered. Try again."""

    code = "order-late"
    status = 503


class SplitWhole(Refusal):
    """That is the whole order: leave a ticket in it, or take it as it is."""

    code = "split-whole"
    status = 409


class TicketPaidBack(Refusal):
    """A ticket among these was paid back: it stays in its order."""

    code = "ticket-paid-back"
    status = 409


class HoldMismatch(Refusal):
    """The reservation does not have exactly the places that are ordered."""

    code = "hold-mismatch"
    status = 409


class HoldOrdered(Refusal):
    """The places of this reservation are ordered already, by another request."""

    code = "hold-ordered"
    status = 409


class TariffSoldOut(Refusal):
    """There are not enough places left at one of these tariffs."""

    code = "tariff-sold-out"
    status = 409


class TariffClosed(Refusal):
    """The tariff {tariff} is no longer sold."""

    code = "tariff-closed"
    status = 409


class TariffNotOpen(Refusal):
    """The tariff {tariff} is sold from {opens_at} on."""

    code = "tariff-not-open"
    status = 409


class CounterOnly(Refusal):
    """The tariff {tariff} is sold at the counter only."""

    code = "counter-only"
    status = 409


class TariffMinimum(Refusal):
    """An order at the tariff {tariff} has at least {order_min} places at it."""

    code = "tariff-minimum"
    status = 409


class TariffMaximum(Refusal):
    """An order has at most {order_max} places at the tariff {tariff}."""

    code = "tariff-maximum"
    status = 409


class UnknownOption(Refusal):
    """One of the options is not of the tariff {tariff}, is no longer sold, or is chosen twice."""

    code = "unknown-option"
    status = 422


class OptionsExclude(Refusal):
    """Only one of these options can be chosen: {names}."""

    code = "options-exclude"
    status = 422


class OptionsBelowNothing(Refusal):
    """These options take off more than the tariff {tariff} costs."""

    code = "options-below-nothing"
    status = 422


class PriceChanged(Refusal):
    """The price has changed: nothing was ordered. Look at the new price and order again."""

    code = "price-changed"
    status = 409


class TariffChanged(Refusal):
    """The tariff was changed at this very moment: nothing was ordered. Order again."""

    code = "tariff-changed"
    status = 409


class TariffSold(Refusal):
    """There are orders at this tariff: it is not deleted. Close it, and it is no longer sold."""

    code = "tariff-sold"
    status = 409


class OptionSold(Refusal):
    """This option is on tickets that were ordered: it is not deleted, nor put elsewhere. Close it instead."""

    code = "option-sold"
    status = 409


class QuotaBelowSold(Refusal):
    """{place_count} places are ordered at this tariff already: its quota cannot be less."""

    code = "quota-below-sold"
    status = 409


class PassBelowSold(Refusal):
    """{place_count} of this pass are sold already: its number cannot be less."""

    code = "pass-below-sold"
    status = 409


class PassDatesStay(Refusal):
    """This pass was sold, so its dates stay as they are: make another pass for other dates."""

    code = "pass-dates-stay"
    status = 409


class NoCommonSeat(Refusal):
    """No numbered seat is in the halls of all these dates, which a pass needs: choose dates whose halls share some."""

    code = "no-common-seat"
    status = 422


class PassIncomplete(Refusal):
    """The pass {name} takes one place at each of its {performance_count} performances."""

    code = "pass-incomplete"
    status = 422


class PassWhole(Refusal):
    """The tickets of a pass are cancelled together."""

    code = "pass-whole"
    status = 409


class TicketUsed(Refusal):
    """A ticket that was admitted is neither moved nor cancelled."""

    code = "ticket-used"
    status = 409


class NothingDue(Refusal):
    """There is nothing left to pay for this order."""

    code = "nothing-due"
    status = 409


class MethodNotOffered(Refusal):
    """This box office does not take payments this way."""

    code = "method-not-offered"
    status = 409


class OrderTooSmall(Refusal):
    """This order is too small to be paid this way."""

    code = "order-too-small"
    status = 409


class OrderTooLarge(Refusal):
    """This order is too large to be paid this way."""

    code = "order-too-large"
    status = 409


class TooLateToPay(Refusal):
    """There is no time left to pay this way before the first date."""

    code = "too-late-to-pay"
    status = 409


class MethodStays(Refusal):
    """Money has come in for this order, so the way to pay stays as it is."""

    code = "method-stays"
    status = 409


class InvoiceLater(Refusal):
    """An invoice is issued once the order is paid, or when it is to be paid on invoice."""

    code = "invoice-later"
    status = 409


class NothingToInvoice(Refusal):
    """All of this order is invoiced, or there is nothing to invoice in it."""

    code = "nothing-to-invoice"
    status = 409


class InvoiceStays(Refusal):
    """The invoice {label} is issued and stays as it is: the address cannot change any more."""

    code = "invoice-stays"
    status = 409


class EntryBooked(Refusal):
    """This payment was booked meanwhile: look at it again."""

    code = "entry-booked"
    status = 409


class FileConfirmed(Refusal):
    """This file is being booked, or was: it stays."""

    code = "file-confirmed"
    status = 409


class ChangedMeanwhile(Refusal):
    """Something has happened to this order since you opened it, and nothing was done: look again, then decide."""

    code = "changed-meanwhile"
    status = 409


class OrderClosed(Refusal):
    """An order opens by the link in its mail: open it from there once more. Or the address is not whole."""

    code = "order-closed"
    status = 404


class CancellationOver(Refusal):
    """This order cannot be cancelled here, or no longer: ask the box office."""

    code = "cancellation-over"
    status = 409


class HoldersFixed(Refusal):
    """The names on these tickets cannot be changed here, or no longer: ask the box office."""

    code = "holders-fixed"
    status = 409


class HandoverNotOffered(Refusal):
    """This box office does not hand tickets over this way."""

    code = "handover-not-offered"
    status = 409


class MailedJustNow(Refusal):
    """The mail was sent a moment ago: give it some minutes to arrive, and look among the unwanted mails."""

    code = "mailed-just-now"
    status = 409


class NothingReceived(Refusal):
    """Nothing was paid for this order that could go back: cancel it instead."""

    code = "nothing-received"
    status = 409


class SignatureRefused(Refusal):
    """The notification is not signed by the payment provider, or too long ago."""

    code = "signature-refused"
    status = 401


class RefundNotYours(Refusal):
    """You may give back what you took yourself today, in your cash session. Ask who manages the box office for more."""

    code = "refund-not-yours"
    status = 403


class RefundSent(Refusal):
    """This money was given back already."""

    code = "refund-sent"
    status = 409


# Tills and their cash


class TooManyTills(Refusal):
    """There are {tills_max} tills already, the most there can be: retire one that nobody uses."""

    code = "too-many-tills"
    status = 409


class TillInUse(Refusal):
    """A cash session is open at this till: close it first."""

    code = "till-in-use"
    status = 409


class TillRetired(Refusal):
    """This till is retired: whoever manages the box office can bring it back."""

    code = "till-retired"
    status = 409


class TillOpen(Refusal):
    """{seller} has a cash session open at this till: it has to be closed first."""

    code = "till-open"
    status = 409


class EventsApart(Refusal):
    """You sell some events by a right on each of them: finish this sale, then sell the other event."""

    code = "events-apart"
    status = 409


class CashSessionOpen(Refusal):
    """You have a cash session open already, at the till {till}: close that one first."""

    code = "cash-session-open"
    status = 409


class CashSessionNeeded(Refusal):
    """This box office has tills: open a cash session at one of them, then take or give back cash."""

    code = "cash-session-needed"
    status = 409


class CashSessionClosed(Refusal):
    """This cash session is closed, and nothing more is booked in it: open another one."""

    code = "cash-session-closed"
    status = 409


class CashMoved(Refusal):
    """Something was booked in this session since you opened this page, and nothing was closed: count again."""

    code = "cash-moved"
    status = 409


class CashShort(Refusal):
    """By what is booked there is less cash than that in this drawer: bring some first, or count it."""

    code = "cash-short"
    status = 409


class DifferenceUntold(Refusal):
    """What you counted is not what should be there: count again, or write why it differs."""

    code = "difference-untold"
    status = 422


# Printers and what is printed


class TooManyPrinters(Refusal):
    """There are {printers_max} printers already, the most there can be: retire one that nobody uses."""

    code = "too-many-printers"
    status = 409


class PrinterInUse(Refusal):
    """Jobs wait for this printer, or a till prints on it: let them end, or choose another printer at the till first."""

    code = "printer-in-use"
    status = 409


class PrinterRetired(Refusal):
    """The printer {name} is retired: choose another one."""

    code = "printer-retired"
    status = 409


class TooManyPrintJobs(Refusal):
    """{jobs_max} jobs wait for the printer {name}, the most there can be: see to it first."""

    code = "too-many-print-jobs"
    status = 409


class PrintJobTooLarge(Refusal):
    """What is to be printed is larger than {megabytes_max} MB: print it in parts."""

    code = "print-job-too-large"
    status = 413


class PayloadForgotten(Refusal):
    """This was printed too long ago to be repeated as it was: print it anew from the order or the cash session."""

    code = "payload-forgotten"
    status = 409


# Tickets, passes and gates


class ScanReused(Refusal):
    """This scan id was used before, for another scan."""

    code = "scan-reused"
    status = 409


class ScanCodeWrong(Refusal):
    """This code enrols no scanner: it was mistyped, or it has ended. Ask for a new one."""

    code = "scan-code-wrong"
    status = 401


class SecondFactorNeeded(Refusal):
    """This account signs in with a second factor: type the code of its app, or a recovery code."""

    code = "second-factor-needed"
    status = 401


class RightMissing(Refusal):
    """This scanner's profile does not allow this: a supervisor's does."""

    code = "right-missing"
    status = 403


class NotThisOrganiser(Refusal):
    """This scanner is not of this organiser."""

    code = "not-this-organiser"
    status = 403


class CheckinListUnknown(Refusal):
    """There is no such check-in list here."""

    code = "checkin-list-unknown"
    status = 400


class TooManyProfiles(Refusal):
    """A box office has {profiles_max} scan profiles in use at most: withdraw one that is not needed any more."""

    code = "too-many-profiles"
    status = 409


class TooManyCodes(Refusal):
    """A box office has {codes_max} codes for scanners at a time at most: revoke one first."""

    code = "too-many-codes"
    status = 409


class AgentCodeWrong(Refusal):
    """This code enrols no print agent: it was mistyped, or it has ended. Make a new one under Print agents."""

    code = "agent-code-wrong"
    status = 401


class TooManyAgentCodes(Refusal):
    """A box office has {codes_max} codes for print agents at a time at most: revoke one first."""

    code = "too-many-agent-codes"
    status = 409


class TooManyAgents(Refusal):
    """A box office has {agents_max} print agents in use at most: revoke those that are not used any more."""

    code = "too-many-agents"
    status = 409


class TooManyKits(Refusal):
    """A box office has {kits_max} kits in use at most: retire those that are not used any more."""

    code = "too-many-kits"
    status = 409


class TooManyAccessPoints(Refusal):
    """A kit has {points_max} access points in use at most: retire those that are not used any more."""

    code = "too-many-access-points"
    status = 409


class TooManyDevices(Refusal):
    """A box office has {devices_max} scanners in use at most: revoke those that are not used any more."""

    code = "too-many-devices"
    status = 409


class TooManyHubs(Refusal):
    """A box office has {hubs_max} hubs in use at most: revoke those that are not used any more."""

    code = "too-many-hubs"
    status = 409


class LogUnwritable(Refusal):
    """The hub cannot write what it decides, so it lets nobody in: look whether its disk is full."""

    code = "log-unwritable"
    status = 503


class LineIsDown(Refusal):
    """The line to the server is down, and this cannot be done without it: try again when it is back."""

    code = "line-is-down"
    status = 503


class NothingToUndo(Refusal):
    """Nobody went through by this scan, so there is nothing to undo."""

    code = "nothing-to-undo"
    status = 409


class UndoneAlready(Refusal):
    """This scan was undone already."""

    code = "undone-already"
    status = 409


class NotTheLastPassage(Refusal):
    """Somebody went through with this ticket after it: undo that first."""

    code = "not-the-last-passage"
    status = 409


class NotForResale(Refusal):
    """Only a ticket of the counter that nobody has paid for, and nobody came in with, goes back on sale so."""

    code = "not-for-resale"
    status = 409


class TicketsNotIssued(Refusal):
    """Tickets are issued once the order is paid."""

    code = "tickets-not-issued"
    status = 409


class CodesSpent(Refusal):
    """The code of this {what} was replaced {generation_max} times, the most there can be."""

    code = "codes-spent"
    status = 409


class SigningKeysSpent(Refusal):
    """The organisation has had {keys_max} signing keys, the most there can be."""

    code = "signing-keys-spent"
    status = 409


class SigningKeyUnreadable(Refusal):
    """The signing key {key_id} does not open: the server's secret was changed. Restore it, or make a new key."""

    code = "signing-key-unreadable"
    status = 500


# Forms and answers


class FormInUse(Refusal):
    """The form {name} is asked somewhere, or was answered: take its links away, or hide its fields."""

    code = "form-in-use"
    status = 409


class TicketDesignInUse(Refusal):
    """The ticket design {name} is the default, or chosen by events or tariffs: choose another one there first."""

    code = "ticket-design-in-use"
    status = 409


class LabelDesignInUse(Refusal):
    """The label design {name} is a default, or chosen by events: choose another one there first."""

    code = "label-design-in-use"
    status = 409


class FieldAnswered(Refusal):
    """This field has answers, so its kind stays: hide it, and add another one."""

    code = "field-answered"
    status = 409


class FormChanged(Refusal):
    """The questions were changed at this moment; nothing was ordered. Look at them again."""

    code = "form-changed"
    status = 409


class AnswersRefused(Refusal):
    """{mistake_count} answers do not fit: see errors."""

    code = "answers-refused"
    status = 422


class FileRefused(Refusal):
    """{problem}"""

    code = "file-refused"
    status = 422


class TooManyUploads(Refusal):
    """Too many files wait for their orders at this box office: try again in a while."""

    code = "too-many-uploads"
    status = 429


# For whoever runs the machine


class SettingRefused(Refusal):
    """{name}: {problem}."""

    code = "setting-refused"
    status = 500


class CartChanged(Refusal):
    """The cart has changed since this was shown, and nothing was ordered: look again, then go on."""

    code = "cart-changed"
    status = 409


class MigrationRefused(Refusal):
    """The database was not migrated: {problem}."""

    code = "migration-refused"
    status = 500


class BackupRefused(Refusal):
    """The backup cannot be used: {problem}."""

    code = "backup-refused"
    status = 500


class AssetsMissing(Refusal):
    """The pages' scripts and styles are not built: run `npm ci` and `npm run build` in {folder}."""

    code = "assets-missing"
    status = 500
