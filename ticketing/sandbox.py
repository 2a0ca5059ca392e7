"""The sandbox: a payment provider to try things with, that behaves as a real one does.

A payment is made there under a reference, the shopper is sent to a page, pays or fails, and we are told by a signed
notification, which may come twice, late, out of order or never. It moves no money. It keeps no state either: the page's
address carries the payment, sealed, and everything else follows from it; so a notification about the same thing has
the same id however often it is made, and a refund asked for twice is one refund.

Notifications are signed as is usual: `t=<Unix seconds>,v1=<hex>`, HMAC-SHA256 over the seconds, a point and the body.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from ticketing.refusals import InputRefused, NotFound, SignatureRefused

SIGNED_AGO_S_MAX = 300
"""How far a signature's time may lie from ours, either way."""
SEAL_BYTES = 16
AMOUNT_CENTS_MAX = 2**31 - 1


class Charge(Struct, frozen=True):
    """A payment as the sandbox's page shows it. `return_url` is where the shopper goes afterwards."""

    reference: str
    amount_cents: int
    currency: str
    return_url: str


class Notice(Struct, frozen=True):
    """What a notification says: of the payment with this reference, so much was paid, or nothing."""

    id: str
    reference: str
    paid: bool
    amount_cents: Annotated[int, Meta(ge=1, le=AMOUNT_CENTS_MAX)]
    currency: str


class Delivery(Struct, frozen=True):
    """A notification as it travels: the body, and its signature in a header."""

    body: bytes
    signature: str


class Sandbox:
    """The provider. `secret` is the server's, `page_url` the address its page is served under."""

    name = "sandbox"

    def __init__(self, secret: bytes, page_url: str) -> None:
        self._key = hashlib.blake2b(secret, digest_size=32, person=b"placeur sandbox").digest()
        self._page_url = page_url.rstrip("/")

    def reference(self, payment_id: UUID) -> str:
        """The name under which the provider has a payment of ours."""
        return "sbx_" + payment_id.hex

    def page(self, charge: Charge) -> str:
        """The address to send the shopper to."""
        sealed = msgspec.json.encode(charge)
        return f"{self._page_url}/{_text(self._mac(b'page', sealed)[:SEAL_BYTES] + sealed)}"

    def open_page(self, token: str) -> Charge:
        """The payment that the last part of a page's address stands for, or NotFound."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            raise NotFound(what="payment") from None
        seal, sealed = raw[:SEAL_BYTES], raw[SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._mac(b"page", sealed)[:SEAL_BYTES]):
            raise NotFound(what="payment")
        return msgspec.json.decode(sealed, type=Charge)

    def notify(self, charge: Charge, paid: bool, now: datetime, amount_cents: int | None = None) -> Delivery:
        """The notification that a payment succeeded or failed; `amount_cents` for one of another amount."""
        amount = charge.amount_cents if amount_cents is None else amount_cents
        told = f"{charge.reference}:{paid}:{amount}:{charge.currency}"
        notice_id = "evt_" + self._mac(b"notice", told.encode()).hex()[:32]
        body = msgspec.json.encode(Notice(notice_id, charge.reference, paid, amount, charge.currency))
        return Delivery(body, self.sign(body, now))

    def sign(self, body: bytes, now: datetime) -> str:
        """The signature of a notification delivered now."""
        seconds = int(now.timestamp())
        return f"t={seconds},v1={self._mac(b'notify', b'%d.%b' % (seconds, body)).hex()}"

    def verify(self, body: bytes, signature: str, now: datetime) -> Notice:
        """The notification, when the provider signed it and not too long ago; or SignatureRefused."""
        parts = dict(part.partition("=")[::2] for part in signature.split(","))
        seconds = parts.get("t", "")
        if not seconds.isascii() or not seconds.isdigit() or len(seconds) > 12:
            raise SignatureRefused()
        signed_at = datetime.fromtimestamp(int(seconds), UTC)
        if not hmac.compare_digest(self.sign(body, signed_at), signature):
            raise SignatureRefused()
        if abs(now - signed_at) > timedelta(seconds=SIGNED_AGO_S_MAX):
            raise SignatureRefused()
        try:
            return msgspec.json.decode(body, type=Notice)
        except msgspec.MsgspecError as error:
            problem = "The notification cannot be read: {error}."
            raise InputRefused(problem=problem, where="body", error=error) from None

    async def refund(self, refund_id: UUID, reference: str, amount_cents: int, currency: str) -> None:
        """Give money back: the sandbox has none, and agrees at once."""

    def _mac(self, purpose: bytes, data: bytes) -> bytes:
        return hmac.digest(self._key, purpose + b":" + data, "sha256")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
