"""What the ways to pay are called, in the back office and in shops; texts to be translated where they are shown."""

from web.languages import marked

METHODS = {
    "sandbox": marked("Sandbox"),
    "invoice": marked("Invoice"),
    "on_site": marked("At the counter"),
}
"""By method, in the order of `ticketing.payment_methods.METHODS`."""
PROVIDERS = {
    "on_site": marked("On site"),
    "terminal": marked("Card terminal"),
    "sandbox": marked("Sandbox"),
    "transfer": marked("Bank transfer"),
}
"""Who took the money of a payment."""
