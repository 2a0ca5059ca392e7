"""The audit log in words: every act as a sentence, every change as a field with what it was and what it is.

A sentence names who acted and on what; its texts are marked for gettext here and translated where they are shown. An
act that has no sentence yet, such as one of a later version, is told by its own name.
"""

import re
from datetime import date, datetime
from typing import Any

from markupsafe import Markup, escape
from msgspec import Struct

from admin.menu import marked
from ticketing import formats
from ticketing.audit import Line
from web.languages import SPOKEN, translated

VALUE_CHARS_MAX = 200
NOTHING = "—"
EMPTY: tuple[Any, ...] = ("", [], {}, None)
PRICED = "tariff.priced"
NAMED_BY_PEOPLE = (PRICED, "order.answers-changed")
"""Acts whose fields are called what people called them: categories and zones, the questions of a form."""
OPENED = {
    "event": "/admin/events/{id}",
    "form": "/admin/forms/{id}",
    "mailing": "/admin/mailings/{id}",
    "order": "/admin/orders/{id}",
    "pass_type": "/admin/pass-types/{id}",
    "performance": "/admin/performances/{id}",
    "print_job": "/admin/print-jobs/{id}",
    "printer": "/admin/printers/{id}",
    "scan_profile": "/admin/scan-profiles/{id}",
    "tariff": "/admin/tariffs/{id}",
    "ticket_design": "/admin/ticket-designs/{id}",
    "till": "/admin/tills/{id}",
    "token": "/admin/api-keys/{id}",
    "venue": "/admin/venues/{id}",
}
"""The pages of things, by kind."""

KINDS: dict[str, str] = {
    "account": marked("Accounts"),
    "access-point": marked("Kits and devices"),
    "administrator": marked("Accounts"),
    "agent-code": marked("Printing"),
    "allotment": marked("Seats kept"),
    "authenticator": marked("Accounts"),
    "bank-entry": marked("Bank files"),
    "bank-file": marked("Bank files"),
    "billing": marked("Payment"),
    "box-office": marked("Box offices"),
    "box_office": marked("Box offices"),
    "cash_session": marked("Tills"),
    "checkout": marked("Shop"),
    "customer": marked("Customers"),
    "embedding": marked("On your site"),
    "event": marked("Events"),
    "form": marked("Forms"),
    "grant": marked("Team"),
    "group": marked("Team"),
    "invitation": marked("Accounts"),
    "invoice": marked("Orders"),
    "kit": marked("Kits and devices"),
    "label-design": marked("Label designs"),
    "mailing": marked("Mails to buyers"),
    "member": marked("Team"),
    "option": marked("Tariffs"),
    "option_group": marked("Tariffs"),
    "order": marked("Orders"),
    "organisation": marked("Organisation"),
    "pass": marked("Passes"),
    "pass-type": marked("Passes"),
    "passkey": marked("Accounts"),
    "password": marked("Accounts"),
    "performance": marked("Dates"),
    "performances": marked("Dates"),
    "plan": marked("Plans"),
    "print-agent": marked("Printing"),
    "print-job": marked("Printing"),
    "printer": marked("Printing"),
    "profile": marked("Accounts"),
    "recovery-code": marked("Accounts"),
    "recovery-codes": marked("Accounts"),
    "scan-code": marked("Scanning"),
    "scan-device": marked("Scanning"),
    "scan-hub": marked("Scanning"),
    "scan-profile": marked("Scanning"),
    "refund": marked("Orders"),
    "second-factors": marked("Accounts"),
    "shop": marked("Shop"),
    "tariff": marked("Tariffs"),
    "ticket": marked("Tickets"),
    "ticket-design": marked("Ticket designs"),
    "till": marked("Tills"),
    "token": marked("API keys"),
    "vat_rate": marked("Box offices"),
    "venue": marked("Venues"),
    "waiting_room": marked("Waiting rooms"),
}
"""What acts are about, by the first part of their names."""

ACTS: dict[str, str] = {
    "access-point.added": marked("{who} added the access point {what} to a kit"),
    "access-point.edited": marked("{who} changed the access point {what}"),
    "access-point.retired": marked("{who} retired the access point {what}"),
    "access-point.token-made": marked("{who} made a token for the access point {what}"),
    "account.disabled": marked("{who} closed the account of {what} everywhere"),
    "account.enabled": marked("{who} opened the account of {what} again"),
    "administrator.created": marked("{who} made {what} an administrator"),
    "agent-code.created": marked("{who} made a code to enrol print agents for {what}"),
    "agent-code.revoked": marked("{who} revoked a code to enrol print agents for {what}"),
    "allotment.accessible-kept": marked("{who} kept the accessible places of a date of {what}"),
    "allotment.copied": marked("{who} copied what is kept onto a date of {what}"),
    "allotment.copies-asked": marked("{who} had what a date of {what} keeps copied onto others"),
    "allotment.created": marked("{who} kept seats of a date of {what}"),
    "allotment.edited": marked("{who} changed what seats of a date of {what} are kept for"),
    "allotment.emptied": marked("{who} put seats of a date of {what} back on open sale"),
    "allotment.filled": marked("{who} kept more seats of a date of {what}"),
    "allotment.released": marked("{who} released what a date of {what} kept"),
    "authenticator.added": marked("{who} set up codes from an app for {what}"),
    "authenticator.ended": marked("{who} took the codes from an app away from {what}"),
    "bank-entry.assigned": marked("{who} booked a transfer of the bank file {what} by hand"),
    "bank-entry.put-back": marked("{who} took up a transfer of the bank file {what} again"),
    "bank-entry.set-aside": marked("{who} set a transfer of the bank file {what} aside"),
    "bank-file.confirmed": marked("{who} booked the bank file {what}"),
    "billing.changed": marked("{who} changed how the box office {what} is paid"),
    "box-office.form-linked": marked("{who} chose the form for orders of the box office {what}"),
    "box-office.ticket-delivery-set": marked("{who} chose how tickets of the box office {what} are handed over"),
    "box_office.changed": marked("{who} changed the settings of the box office {what}"),
    "box_office.created": marked("{who} opened the box office {what}"),
    "cash_session.brought": marked("{who} brought cash to the till {what}"),
    "cash_session.closed": marked("{who} closed a cash session at the till {what}"),
    "cash_session.counted": marked("{who} counted the drawer of the till {what}"),
    "cash_session.opened": marked("{who} opened a cash session at the till {what}"),
    "cash_session.taken": marked("{who} took cash from the till {what}"),
    "customer.account-opened": marked("The customer {what} opened their account"),
    "customer.changed": marked("The customer {what} changed their name or language"),
    "customer.data-taken": marked("The customer {what} took their data away"),
    "customer.deletion-asked": marked("The customer {what} asked for their account to be deleted"),
    "customer.deletion-noted": marked("{who} noted that the customer {what} wants to be deleted"),
    "customer.deletion-undone": marked("{who} kept the account of the customer {what} after all"),
    "customer.deletion-withdrawn": marked("The customer {what} keeps their account after all"),
    "customer.email-changed": marked("The customer {what} changed their e-mail address"),
    "customer.forgotten": marked("The customer {what} was deleted"),
    "customer.password-removed": marked("The customer {what} removed their password"),
    "customer.password-set": marked("The customer {what} set a password"),
    "checkout.changed": marked("{who} changed what buyers of {what} may choose and do"),
    "embedding.changed": marked("{who} changed how the shop of {what} stands on other sites"),
    "event.accessible-set": marked("{who} set how long the event {what} keeps its accessible places"),
    "event.created": marked("{who} added the event {what}"),
    "event.duplicated": marked("{who} duplicated an event as {what}"),
    "event.edited": marked("{who} changed the event {what}"),
    "event.form-linked": marked("{who} chose the form for orders of the event {what}"),
    "event.label-design-set": marked("{who} chose the label design of the event {what}"),
    "event.ticket-design-set": marked("{who} chose the ticket design of the event {what}"),
    "event.link_renewed": marked("{who} renewed the private link of the event {what}"),
    "event.pictured": marked("{who} changed the picture of the event {what}"),
    "event.removed": marked("{who} removed the event {what}"),
    "form.created": marked("{who} added the form {what}"),
    "form.deleted": marked("{who} deleted the form {what}"),
    "form.field-added": marked("{who} added a field to the form {what}"),
    "form.field-changed": marked("{who} changed a field of the form {what}"),
    "form.field-deleted": marked("{who} deleted a field of the form {what}"),
    "form.field-hidden": marked("{who} hid a field of the form {what}"),
    "form.field-shown": marked("{who} showed a field of the form {what} again"),
    "form.renamed": marked("{who} renamed the form {what}"),
    "grant.ended": marked("{who} took a right away from {what}"),
    "grant.given": marked("{who} gave a right to {what}"),
    "group.created": marked("{who} made the group {what}"),
    "group.deleted": marked("{who} deleted the group {what}"),
    "group.joined": marked("{who} added somebody to the group {what}"),
    "group.left": marked("{who} took somebody out of the group {what}"),
    "group.renamed": marked("{who} renamed the group {what}"),
    "invitation.accepted": marked("{who} accepted the invitation sent to {what}"),
    "invoice.mailed": marked("{who} sent an invoice of the order {what}"),
    "kit.created": marked("{who} put the kit {what} together"),
    "kit.edited": marked("{who} changed the kit {what}"),
    "kit.retired": marked("{who} retired the kit {what}"),
    "label-design.created": marked("{who} added the label design {what}"),
    "label-design.default-dropped": marked("{who} made the label design {what} the default no more"),
    "label-design.default-set": marked("{who} made the label design {what} the default"),
    "label-design.edited": marked("{who} changed the label design {what}"),
    "label-design.retired": marked("{who} retired the label design {what}"),
    "label-design.returned": marked("{who} put the label design {what} to use again"),
    "mailing.discarded": marked("{who} discarded a mail to the buyers of {what}"),
    "mailing.drafted": marked("{who} drafted a mail to the buyers of {what}"),
    "mailing.revised": marked("{who} revised a mail to the buyers of {what}"),
    "mailing.sent": marked("{who} sent a mail to the buyers of {what}"),
    "mailing.turned": marked("{who} paused, resumed or stopped a mail to the buyers of {what}"),
    "member.disabled": marked("{who} shut {what} out of the team"),
    "member.enabled": marked("{who} let {what} into the team again"),
    "member.invited": marked("{who} invited {what} to the team"),
    "member.removed": marked("{who} removed {what} from the team"),
    "option.added": marked("{who} added an option to the tariff {what}"),
    "option.closed": marked("{who} closed an option of the tariff {what}"),
    "option.deleted": marked("{who} deleted an option of the tariff {what}"),
    "option.edited": marked("{who} changed an option of the tariff {what}"),
    "option.moved": marked("{who} moved an option of the tariff {what} in the list"),
    "option.opened": marked("{who} opened an option of the tariff {what} again"),
    "option_group.added": marked("{who} added a group of options to the tariff {what}"),
    "option_group.deleted": marked("{who} deleted a group of options of the tariff {what}"),
    "option_group.edited": marked("{who} changed a group of options of the tariff {what}"),
    "option_group.moved": marked("{who} moved a group of options of the tariff {what} in the list"),
    "order.answers-changed": marked("{who} changed the form answers of the order {what}"),
    "order.billed-to": marked("{who} set the address of the invoices of the order {what}"),
    "order.cancelled": marked("{who} cancelled the order {what}"),
    "order.consigned": marked("{who} ordered tickets in bulk: {what}"),
    "order.file-removed": marked("{who} removed a file that came with the order {what}"),
    "order.given-up": marked("The buyer gave up the order {what}"),
    "order.invoiced": marked("{who} issued an invoice for the order {what}"),
    "order.holders-named": marked("The buyer put other names on tickets of the order {what}"),
    "order.mailed": marked("{who} sent mail about the order {what}"),
    "order.method-chosen": marked("{who} set how the order {what} is paid"),
    "order.noted": marked("{who} wrote a note on the order {what}"),
    "order.paid": marked("{who} took the payment of the order {what}"),
    "order.placed": marked("{who} sold the order {what}"),
    "order.reduced": marked("{who} cancelled tickets of the order {what}"),
    "order.refunded": marked("{who} refunded the order {what}"),
    "order.reprinted": marked("{who} printed papers of the order {what} again"),
    "order.split": marked("{who} split the order {what}"),
    "order.split-off": marked("{who} made the order {what} of tickets of another"),
    "order.withdrawn": marked("The buyer cancelled the order {what}, which was paid"),
    "organisation.created": marked("{who} founded the organisation {what}"),
    "organisation.renamed": marked("{who} renamed the organisation {what}"),
    "pass.allowed": marked("{who} lifted the opposition on a pass of the order {what}"),
    "pass.opposed": marked("{who} opposed a pass of the order {what}"),
    "pass.reissued": marked("{who} changed the code of a pass of the order {what}"),
    "pass-type.created": marked("{who} added the pass {what}"),
    "pass-type.edited": marked("{who} changed the pass {what}"),
    "pass-type.returned": marked("{who} put the pass {what} on sale again"),
    "pass-type.withdrawn": marked("{who} withdrew the pass {what} from sale"),
    "passkey.added": marked("{who} added a passkey for {what}"),
    "passkey.ended": marked("{who} removed a passkey of {what}"),
    "password.changed": marked("{who} changed the password of {what}"),
    "password.reset": marked("{who} set a new password for {what} by a mailed link"),
    "performance.edited": marked("{who} changed a date of {what}"),
    "performance.plan_published": marked("{who} put another version of its plan under a date of {what}"),
    "performance.seats_recategorised": marked("{who} put seats of a date of {what} into another price category"),
    "performances.added": marked("{who} added dates to {what}"),
    "performances.edited": marked("{who} changed several dates of {what}"),
    "performances.removed": marked("{who} removed dates of {what}"),
    "plan.dates_asked": marked("{who} had dates put onto a version of the plan {what}"),
    "plan.deleted": marked("{who} deleted the plan {what}"),
    "plan.drawing-removed": marked("{who} threw the drawing of the plan {what} away"),
    "plan.drawn": marked("{who} began to draw the plan {what}"),
    "plan.version_added": marked("{who} added a version of the plan {what}"),
    "print-agent.enrolled": marked("{who} enrolled the print agent {what} by a code"),
    "print-agent.renamed": marked("{who} renamed the print agent {what}"),
    "print-agent.revoked": marked("{who} revoked the print agent {what}"),
    "recovery-code.used": marked("{who} signed in as {what} with a recovery code"),
    "recovery-codes.made": marked("{who} made recovery codes for {what}"),
    "refund.handed-out": marked("{who} handed out a refund of the order {what}"),
    "print-job.found": marked("{who} saw that {what} was printed"),
    "print-job.given-up": marked("{who} gave up printing {what}"),
    "print-job.missed": marked("{who} saw that {what} was not printed"),
    "print-job.repeated": marked("{who} printed {what} again"),
    "printer.created": marked("{who} added the printer {what}"),
    "printer.edited": marked("{who} changed the settings of the printer {what}"),
    "printer.retired": marked("{who} retired the printer {what}"),
    "printer.returned": marked("{who} put the printer {what} to use again"),
    "profile.changed": marked("{who} changed what {what} is called, or the language"),
    "scan-code.created": marked("{who} made a code to enrol scanners for {what}"),
    "scan-code.revoked": marked("{who} revoked a code to enrol scanners for {what}"),
    "scan-device.enrolled": marked("{who} enrolled the scanner {what}"),
    "scan-device.revoked": marked("{who} revoked the scanner {what}"),
    "scan-hub.enrolled": marked("{who} enrolled the hub {what}"),
    "scan-hub.revoked": marked("{who} revoked the hub {what}"),
    "scan-profile.created": marked("{who} added the scan profile {what}"),
    "scan-profile.edited": marked("{who} changed the scan profile {what}"),
    "scan-profile.withdrawn": marked("{who} withdrew the scan profile {what}"),
    "second-factors.reset": marked("{who} took every second factor away from {what}"),
    "shop.changed": marked("{who} changed the shop of {what}"),
    "tariff.bounded": marked("{who} changed a quota of the tariff {what}"),
    "tariff.closed": marked("{who} closed the tariff {what}"),
    "tariff.created": marked("{who} added the tariff {what}"),
    "tariff.deleted": marked("{who} deleted the tariff {what}"),
    "tariff.edited": marked("{who} changed the tariff {what}"),
    "tariff.form-linked": marked("{who} chose the form of the tariff {what}"),
    "tariff.moved": marked("{who} moved the tariff {what} in the list"),
    "tariff.opened": marked("{who} opened the tariff {what} again"),
    "tariff.priced": marked("{who} changed the prices of the tariff {what}"),
    "tariff.ticket-design-set": marked("{who} chose the ticket design of the tariff {what}"),
    "ticket-design.created": marked("{who} added the ticket design {what}"),
    "ticket-design.default-dropped": marked("{who} left the box office {what} without a default ticket design"),
    "ticket-design.default-set": marked("{who} made the ticket design {what} the default"),
    "ticket-design.deleted": marked("{who} deleted the ticket design {what}"),
    "ticket-design.edited": marked("{who} changed the ticket design {what}"),
    "ticket-design.logo-set": marked("{who} changed the logo of the ticket design {what}"),
    "ticket-design.picture-set": marked("{who} changed the picture of the ticket design {what}"),
    "ticket.allowed": marked("{who} lifted the opposition on a ticket of the order {what}"),
    "ticket.exchanged": marked("{who} exchanged a ticket of the order {what}"),
    "ticket.let-through": marked("{who} let somebody in against the verdict: {what}"),
    "ticket.moved": marked("{who} moved a ticket of the order {what} to another seat"),
    "ticket.opposed": marked("{who} opposed a ticket of the order {what}"),
    "ticket.reissued": marked("{who} changed the code of a ticket of the order {what}"),
    "ticket.scan-undone": marked("{who} took back a scan of the ticket {what}"),
    "till.created": marked("{who} added the till {what}"),
    "till.edited": marked("{who} changed the settings of the till {what}"),
    "till.retired": marked("{who} retired the till {what}"),
    "till.returned": marked("{who} put the till {what} to use again"),
    "token.changed": marked("{who} changed the API key {what}"),
    "token.created": marked("{who} made the API key {what}"),
    "token.revoked": marked("{who} revoked the API key {what}"),
    "vat_rate.scheduled": marked("{who} scheduled a VAT rate in the box office {what}"),
    "vat_rate.withdrawn": marked("{who} withdrew a VAT rate from the box office {what}"),
    "venue.created": marked("{who} added the venue {what}"),
    "venue.deleted": marked("{who} deleted the venue {what}"),
    "venue.edited": marked("{who} changed the venue {what}"),
    "waiting_room.announced": marked("{who} switched on a waiting room for {what}"),
    "waiting_room.changed": marked("{who} changed the waiting room of {what}"),
    "waiting_room.closed": marked("{who} closed the waiting room of {what}"),
    "waiting_room.opened": marked("{who} opened the waiting room of {what}"),
    "waiting_room.paced": marked("{who} set the pace of the waiting room of {what}"),
    "waiting_room.paused": marked("{who} paused the waiting room of {what}"),
    "waiting_room.reopened": marked("{who} opened the waiting room of {what} again"),
    "waiting_room.resumed": marked("{who} resumed the waiting room of {what}"),
}

FIELDS: dict[str, str] = {
    "accent": marked("Accent colour"),
    "accessible_days": marked("Accessible places kept until days before"),
    "access_notes": marked("Notes on access"),
    "address": marked("Address"),
    "admission_s": marked("Time to choose, in seconds"),
    "amount_cents": marked("Amount"),
    "as_event": marked("As the event says"),
    "at": marked("Hour"),
    "before_h": marked("Hours before the first date"),
    "bic": marked("BIC"),
    "bytes_max": marked("Largest file, in bytes"),
    "cancellation_until_hours": marked("Buyers may cancel until hours before"),
    "capacity": marked("Capacity"),
    "card_printer": marked("Card printer"),
    "category": marked("Category"),
    "challenge": marked("Keep programs out"),
    "city": marked("Town"),
    "contact": marked("Contact"),
    "counter_closes_at": marked("Counter closes"),
    "counter_closes_min": marked("Counter sale closes, minutes before the start"),
    "counter_only": marked("At the counter only"),
    "counter_opens_at": marked("Counter opens"),
    "counted_cents": marked("Counted"),
    "country": marked("Country"),
    "covers": marked("What it scans"),
    "creates_events": marked("May create events"),
    "currency": marked("Currency"),
    "cuts": marked("Cutter"),
    "date": marked("Date"),
    "date_ids": marked("Dates"),
    "dates": marked("Dates"),
    "direction": marked("Way"),
    "dates_shown": marked("Dates are shown as"),
    "dots_per_mm": marked("Dots per millimetre"),
    "entries_max": marked("Entries at most"),
    "event_ids": marked("Events"),
    "field_ids": marked("Questions"),
    "gate": marked("Gate"),
    "host": marked("Network address"),
    "into": marked("Into the order"),
    "out_of": marked("Out of the order"),
    "hours": marked("Hours it is good for"),
    "identity": marked("Serial number or IMEI"),
    "kit": marked("Kit"),
    "lent_until": marked("Has to be back by"),
    "plan_ends_on": marked("Last day of its data plan"),
    "loaded": marked("What lies in it"),
    "mode": marked("Mode"),
    "origins": marked("Sites that may show the shop"),
    "path": marked("Path"),
    "port": marked("Port"),
    "prints": marked("What it prints"),
    "profile": marked("Scan profile"),
    "receipt_printer": marked("Receipt printer"),
    "reprinted_count": marked("Papers printed again"),
    "role": marked("Role"),
    "script_urls": marked("Scripts by their address"),
    "shown": marked("What the scanner shows"),
    "snippet": marked("Script of your own"),
    "script_hosts": marked("Hosts for scripts"),
    "img_hosts": marked("Hosts for pictures"),
    "connect_hosts": marked("Hosts for connections"),
    "deletion_due_at": marked("To be deleted from"),
    "description": marked("Description"),
    "descriptions": marked("Descriptions"),
    "doors_at": marked("Doors"),
    "doors_min": marked("Doors open, minutes before the start"),
    "drawer_kicked": marked("Open the drawer when cash is taken"),
    "duration_min": marked("Duration in minutes"),
    "email_domain": marked("E-mail domain"),
    "ends_at": marked("End"),
    "entries": marked("Transfers"),
    "event": marked("All dates together"),
    "events": marked("Events"),
    "expected_cents": marked("Should be there"),
    "expires_at": marked("To be paid until"),
    "field": marked("Field"),
    "fields": marked("Answers to forms"),
    "first_day": marked("First day"),
    "float_cents": marked("Float"),
    "form": marked("Form"),
    "from": marked("From"),
    "gallery": marked("Design"),
    "gauges": marked("How much is left is told"),
    "generation": marked("Code number"),
    "grace_days": marked("Days for the banks"),
    "group": marked("Group"),
    "hearing_loop": marked("Hearing loop"),
    "handovers": marked("Ways of delivery"),
    "helps": marked("Help texts"),
    "holders_until_hours": marked("Names on tickets may change until hours before"),
    "hidden": marked("Left out"),
    "holds_from": marked("Holds from"),
    "iban": marked("IBAN"),
    "ink": marked("Colour of the text"),
    "intro": marked("Welcome"),
    "invoice": marked("Invoice"),
    "key": marked("Key"),
    "kind": marked("Kind"),
    "label": marked("Label"),
    "label_design": marked("Label design"),
    "labels": marked("Labels"),
    "languages": marked("Languages"),
    "last_day": marked("Last day"),
    "least": marked("Smallest number"),
    "legal": marked("Who sells"),
    "limits": marked("Bounds"),
    "link": marked("Link"),
    "locale": marked("Language"),
    "logo": marked("Logo"),
    "mail": marked("Mail"),
    "mandatory": marked("Mandatory"),
    "max_cents": marked("Orders up to"),
    "may_sell": marked("May sell"),
    "media": marked("Kinds of file"),
    "members": marked("All members"),
    "method": marked("Way to pay"),
    "method_invoice": marked("Invoice"),
    "method_on_site": marked("At the counter"),
    "method_sandbox": marked("Sandbox"),
    "min_cents": marked("Orders from"),
    "most": marked("Largest number"),
    "name": marked("Name"),
    "names": marked("Names"),
    "networks": marked("Networks"),
    "notes": marked("At the foot of invoices"),
    "number_prefix": marked("Before their numbers"),
    "offered": marked("Offered"),
    "note": marked("Note"),
    "on_ticket": marked("On the ticket"),
    "opens_at": marked("Opens"),
    "option": marked("Option"),
    "options": marked("Options"),
    "order": marked("Order"),
    "order_form": marked("Form for orders"),
    "order_max": marked("At most in an order"),
    "order_min": marked("At least in an order"),
    "order_places_max": marked("Places in an order"),
    "orders": marked("Orders"),
    "own_counter_closes_at": marked("Counter closes"),
    "own_counter_opens_at": marked("Counter opens"),
    "own_order_places_max": marked("Places in an order"),
    "own_sale_closes_at": marked("Sale closes"),
    "own_sale_opens_at": marked("Sale opens"),
    "pace": marked("Pace, people a minute"),
    "pace_max": marked("Greatest pace, people a minute"),
    "pace_min": marked("Least pace, people a minute"),
    "paper": marked("Background colour"),
    "parking": marked("Parking"),
    "party_max": marked("Places that one may come for, at most"),
    "pass": marked("Pass"),
    "pay_days": marked("Days to pay"),
    "payment_method": marked("Way to pay"),
    "person": marked("Person"),
    "picture": marked("Picture"),
    "picture_alt": marked("What the picture shows"),
    "picture_of": marked("Which picture"),
    "place": marked("Place"),
    "places": marked("Places"),
    "plan_number": marked("Version of the plan"),
    "position": marked("Position"),
    "postal_code": marked("Postal code"),
    "price_cents": marked("Price"),
    "quantity": marked("Number"),
    "reason": marked("Reason"),
    "receipt_with_tickets": marked("Print a receipt with the tickets"),
    "receipts": marked("Invoice every payment"),
    "received_cents": marked("Received"),
    "recipients": marked("Recipients"),
    "reference_prefix": marked("Digits before QR references"),
    "refund_cents": marked("Refund"),
    "region": marked("Country"),
    "release_at": marked("On open sale from"),
    "sale_closes_at": marked("Sale closes"),
    "sale_closes_min": marked("Sale closes, minutes before the start"),
    "sale_opens_at": marked("Sale opens"),
    "scope": marked("Scope"),
    "seat": marked("Seat"),
    "seats": marked("Seats"),
    "second": marked("Second colour"),
    "shared": marked("Several sellers share its drawer"),
    "short_name": marked("Short name"),
    "shown_event": marked("Shown first"),
    "starts_at": marked("Start"),
    "state": marked("State"),
    "status": marked("Status"),
    "step_free": marked("Step-free access"),
    "street": marked("Street and number"),
    "subject": marked("Subject"),
    "subtitle": marked("Subtitle"),
    "target_p99_ms": marked("Answers should take no longer than, milliseconds"),
    "terms": marked("Terms of sale"),
    "tariff": marked("Tariff"),
    "texts": marked("Texts"),
    "ticket": marked("Ticket"),
    "tariffs": marked("Tariffs"),
    "ticket_design": marked("Ticket design"),
    "ticket_files": marked("Files of tickets"),
    "ticket_paper": marked("Paper of tickets"),
    "ticket_printer": marked("Ticket printer"),
    "tickets": marked("Tickets"),
    "tickets_first": marked("Tickets before payment"),
    "time_zone": marked("Time zone"),
    "title": marked("Title"),
    "tls": marked("Encrypted"),
    "to": marked("Recipient"),
    "transport": marked("Public transport"),
    "turn_s": marked("A turn waits, in seconds"),
    "variables": marked("Variables of the style sheet"),
    "vat_number": marked("VAT number"),
    "vat_rate": marked("VAT rate"),
    "vat_registered": marked("Registered for VAT"),
    "vat_thousandths": marked("VAT rate"),
    "verdict": marked("Verdict"),
    "version": marked("Version"),
    "visibility": marked("Visibility"),
    "way": marked("How it is reached"),
    "wheelchair_places": marked("Wheelchair places"),
    "zones": marked("Zones"),
}

VALUES: dict[str, str] = {
    "scope view": marked("View"),
    "scope scan": marked("Scan"),
    "scope sell": marked("Sell"),
    "scope manage": marked("Manage"),
    "locale en": marked("English"),
    "locale fr": marked("French"),
    "loaded show": marked("Tickets with a stub, 140 × 80 mm"),
    "loaded cinema": marked("Short tickets, 80 × 54 mm"),
    "loaded 58mm": marked("Roll of 58 mm"),
    "loaded 80mm": marked("Roll of 80 mm"),
    "loaded a4": marked("A4"),
    "loaded a6": marked("A6"),
    "loaded cr80": marked("Plastic cards"),
    "prints labels": marked("Thermal tickets"),
    "prints receipts": marked("Receipts"),
    "prints documents": marked("Documents"),
    "prints cards": marked("Pass cards"),
    "way raw": marked("Network port"),
    "way ipp": marked("IPP or CUPS"),
    "way device": marked("USB port of an agent"),
    "payment_method invoice": marked("Invoice"),
    "payment_method on_site": marked("At the counter"),
    "payment_method sandbox": marked("Sandbox"),
    "status paid": marked("Paid"),
    "status pending": marked("Waiting for payment"),
    "status cancelled": marked("Cancelled"),
    "status expired": marked("Expired"),
    "status valid": marked("Valid"),
    "status opposed": marked("Opposed"),
    "status reserved": marked("Reserved"),
    "status on_sale": marked("On sale"),
    "status closed": marked("Closed"),
    "status draft": marked("Draft"),
    "state draft": marked("Draft"),
    "state sending": marked("Being sent"),
    "state stopped": marked("Stopped"),
    "state sent": marked("Sent"),
    "mail order-placed": marked("Order placed, to be paid"),
    "gallery classic": marked("Classic"),
    "gallery poster": marked("Poster"),
    "gallery minimal": marked("Minimal"),
    "gallery festival": marked("Festival"),
    "gallery picture": marked("Your own picture"),
    "picture_of none": marked("No picture"),
    "picture_of own": marked("The picture of this design"),
    "picture_of event": marked("The picture of each event"),
    "hidden holder": marked("Holder’s name"),
    "hidden category": marked("Category"),
    "hidden tariff": marked("Tariff and options"),
    "hidden price": marked("Price"),
    "hidden order": marked("Order code"),
    "hidden answers": marked("Answers to forms, where they are asked to be shown"),
    "hidden address": marked("Address of the venue"),
    "hidden doors": marked("When doors open"),
    "hidden hints": marked("How to get in (A4)"),
    "ticket_paper a4": marked("A4"),
    "ticket_paper a6": marked("A6"),
    "ticket_paper phone": marked("Telephone"),
    "ticket_files one": marked("All tickets of an order in one file"),
    "ticket_files each": marked("One file for each ticket"),
    "mail order-paid": marked("Confirmation with tickets"),
    "mail tickets-reissued": marked("New tickets"),
    "mail confirmation-again": marked("Confirmation, again"),
    "mail tickets-again": marked("Tickets, again"),
    "mail invoice": marked("Invoice"),
    "mail credit-note": marked("Credit note"),
    "category theatre": marked("Theatre"),
    "category concert": marked("Concert"),
    "category opera": marked("Opera"),
    "category dance": marked("Dance"),
    "category humour": marked("Comedy"),
    "category circus": marked("Circus"),
    "category cinema": marked("Cinema"),
    "category festival": marked("Festival"),
    "category sport": marked("Sport"),
    "category exhibition": marked("Exhibition"),
    "category conference": marked("Conference"),
    "category workshop": marked("Workshop"),
    "category family": marked("Family"),
    "category party": marked("Party"),
    "category other": marked("Other"),
    "kind text": marked("Text, one line"),
    "kind long_text": marked("Text, several lines"),
    "kind select": marked("Drop-down list"),
    "kind radio": marked("Radio buttons"),
    "kind checkboxes": marked("Boxes to tick"),
    "kind email": marked("E-mail address"),
    "kind telephone": marked("Telephone number"),
    "kind date": marked("Date"),
    "kind number": marked("Number"),
    "kind file": marked("File"),
    "kind mobile": marked("4G or 5G"),
    "kind wifi": marked("Wi-Fi behind a cable"),
    "kind house": marked("House seats"),
    "kind technical": marked("Technical"),
    "kind view": marked("Restricted view"),
    "kind partner": marked("Partner"),
    "kind press": marked("Press"),
    "kind accessibility": marked("Accessibility"),
    "kind other": marked("Other"),
    "reason bank": marked("To the bank"),
    "reason change": marked("Small change"),
    "reason expense": marked("Expense"),
    "reason float": marked("More float"),
    "reason other": marked("Other reason"),
    "on_ticket no": marked("Not shown"),
    "on_ticket line": marked("On a line of its own"),
    "on_ticket holder": marked("As the holder’s name"),
    "step_free unknown": marked("Not told"),
    "step_free full": marked("Everywhere"),
    "step_free partial": marked("In part"),
    "step_free none": marked("No"),
    "hearing_loop unknown": marked("Not told"),
    "hearing_loop full": marked("Everywhere"),
    "hearing_loop partial": marked("In part"),
    "hearing_loop none": marked("No"),
    "handovers print": marked("Print at home"),
    "handovers mobile": marked("On the phone"),
    "handovers counter": marked("Pick up at the counter"),
    "media application/pdf": "PDF",
    "media image/png": "PNG",
    "media image/jpeg": "JPEG",
    "covers box_office": marked("All events"),
    "covers events": marked("Some events"),
    "covers dates": marked("Some dates"),
    "direction in": marked("In"),
    "direction out": marked("Out"),
    "mode once": marked("Once"),
    "mode entry_exit": marked("Entry and exit"),
    "mode multiple": marked("Many times"),
    "role steward": marked("Steward"),
    "role supervisor": marked("Supervisor"),
    "shown name": marked("Name"),
    "shown tariff": marked("Tariff"),
    "shown seat": marked("Row and seat"),
    "shown zone": marked("Zone"),
    "shown pass": marked("Pass"),
    "verdict admitted": marked("Admitted"),
    "verdict left": marked("Went out"),
    "verdict undone": marked("Undone"),
    "verdict already_in": marked("Somebody had come in with it"),
    "verdict not_in": marked("Nobody was in with it"),
    "verdict entries_spent": marked("It had come in often enough"),
    "verdict wrong_zone": marked("It is for another zone"),
    "verdict wrong_performance": marked("It is for another date"),
    "verdict not_paid": marked("It was not paid"),
    "verdict cancelled": marked("It was cancelled"),
    "verdict opposed": marked("It was opposed"),
    "verdict old_code": marked("It had a newer code"),
    "verdict unknown": marked("It is no ticket of yours"),
    "verdict forged": marked("It is forged"),
    "visibility draft": marked("Draft"),
    "visibility link": marked("By link"),
    "visibility public": marked("Public"),
    "dates_shown list": marked("List"),
    "dates_shown month": marked("Month"),
    "dates_shown week": marked("Week"),
    "label postponed": marked("Postponed"),
    "label sold_out": marked("Sold out"),
}
"""Values that have words, by their field."""

RATES = ("vat_rate", "vat_thousandths")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
WORDS_IN = re.compile(rf"(.+)[ _]({'|'.join(SPOKEN)})")
"""A field in the words of one language: `description_fr`, `subject en`."""
DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Change(Struct, frozen=True):
    """A field, what it was, and what it is; `before` None when there was nothing."""

    field: str
    before: str | None
    after: str


class Told(Struct, frozen=True):
    """A line as a page shows it."""

    at: datetime
    sentence: Markup
    changes: list[Change]
    address: str
    subject: str
    actor: str


def told(line: Line, language: str, zone: str, currency: str | None) -> Told:
    """A line in a language; moments in a zone; amounts in a currency, where there is one."""
    reader = _Reader(language, zone, currency, line.act)
    changes = [reader.change(field, pair) for field, pair in line.changes.items() if not _is_nothing(pair)]
    subject = f"{line.subject_kind}:{line.subject_id}"
    return Told(line.at, sentence(line, language), changes, line.address, subject, str(line.actor_id or ""))


def sentence(line: Line, language: str) -> Markup:
    """What was done, by whom, to what: names stand out, and are never read as anything but text."""
    known = ACTS.get(line.act)
    text = translated(known or marked("{who} did {act} on {what}"), language)
    who = line.actor_name or "Placeur"
    if line.by_token:
        who = translated(marked("The key {name}"), language).format(name=who)
    elif line.by_device:
        who = translated(marked("The scanner {name}"), language).format(name=who)
    what = Markup("<strong>{}</strong>").format(line.subject_name)
    return escape(text).format(who=Markup("<strong>{}</strong>").format(who), what=what, act=line.act)


def choices(language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The acts one may look for: (what they are about, [(act, in words)])."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for act, text in ACTS.items():
        kind = translated(KINDS[act.partition(".")[0]], language)
        groups.setdefault(kind, []).append((act, _label(translated(text, language))))
    return sorted(groups.items(), key=lambda group: group[0].casefold())


def opened(kind: str, id: str) -> str | None:
    """The page of a thing, if it has one."""
    return OPENED[kind].format(id=id) if kind in OPENED else None


def _label(text: str) -> str:
    bare = " ".join(text.format(who="", what="").split()).strip(" :«»")
    return bare[:1].upper() + bare[1:]


class _Reader(Struct, frozen=True):
    """Reads the values of one line, which tells of one act."""

    language: str
    zone: str
    currency: str | None
    act: str

    def change(self, field: str, pair: tuple[Any, Any]) -> Change:
        label = field if self.act in NAMED_BY_PEOPLE and field not in FIELDS else self._label(field)
        before, after = (self._value(field, one) for one in pair)
        return Change(label, None if pair[0] in EMPTY or before == after else before, after)

    def _label(self, field: str) -> str:
        if field in FIELDS:
            return translated(FIELDS[field], self.language)
        if field in SPOKEN:
            return formats.language_name(field, self.language)
        if MOMENT.fullmatch(field):
            return self._text(field)
        if words := WORDS_IN.fullmatch(field):
            return f"{self._label(words[1])} ({formats.language_name(words[2], self.language)})"
        return _spaced(field)

    def _value(self, field: str, value: Any) -> str:
        if value is None or value in EMPTY:
            return NOTHING
        if isinstance(value, bool):
            return translated(marked("Yes") if value else marked("No"), self.language)
        if isinstance(value, int):
            return self._number(field, value)
        if isinstance(value, list):
            return _short(", ".join(self._value(field, one) for one in value))
        if field == "picture":
            return translated(marked("A picture"), self.language)
        if isinstance(value, dict):
            return _short("; ".join(f"{self._label(name)}: {self._value(name, one)}" for name, one in value.items()))
        if f"{field} {value}" in VALUES:
            return translated(VALUES[f"{field} {value}"], self.language)
        return self._text(str(value))

    def _number(self, field: str, value: int) -> str:
        if self.currency and (self.act == PRICED or field.endswith("_cents")):
            return formats.money(value, self.currency, self.language)
        if field in RATES:
            return formats.rate(value, self.language)
        return formats.number(value, self.language)

    def _text(self, text: str) -> str:
        if MOMENT.fullmatch(text):
            return formats.moment(datetime.fromisoformat(text), self.zone, self.language)
        if DAY.fullmatch(text):
            return formats.whole_day(date.fromisoformat(text), self.language)
        return _short(text)


def _is_nothing(pair: tuple[Any, Any]) -> bool:
    return all(one is None or one in EMPTY for one in pair)


def _spaced(field: str) -> str:
    return field.replace("_", " ").replace("-", " ").capitalize()


def _short(text: str) -> str:
    return text if len(text) <= VALUE_CHARS_MAX else f"{text[:VALUE_CHARS_MAX]}…"
