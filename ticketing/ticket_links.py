"""The link to an order's tickets, as mails carry it: whoever has it sees the tickets, as who has the paper does, and
can do nothing else with the order. It is signed, so nothing is kept for it, and it always shows the newest codes.
"""

import base64
import hashlib
import hmac
from uuid import UUID

from ticketing.refusals import LinkUnknown
from ticketing.settings import Settings, secret_bytes

MAC_BYTES = 16
TOKEN_BYTES = 16 + MAC_BYTES
TOKEN_CHARS = 43


def path(settings: Settings, order_id: UUID) -> str:
    """Where an order's tickets are shown, without the site."""
    return f"/tickets/{token(settings, order_id)}"


def token(settings: Settings, order_id: UUID) -> str:
    """What the link carries: 43 URL-safe characters."""
    return base64.urlsafe_b64encode(order_id.bytes + _mac(settings, order_id.bytes)).rstrip(b"=").decode()


def order_of(settings: Settings, token: str) -> UUID:
    """The order that a link names, or LinkUnknown for one that we did not make."""
    try:
        read = base64.b64decode(f"{token}=", altchars=b"-_", validate=True) if len(token) == TOKEN_CHARS else b""
    except ValueError:
        raise LinkUnknown() from None
    if len(read) != TOKEN_BYTES or not hmac.compare_digest(read[16:], _mac(settings, read[:16])):
        raise LinkUnknown()
    return UUID(bytes=read[:16])


def _mac(settings: Settings, named: bytes) -> bytes:
    key = secret_bytes(settings)
    return hashlib.blake2b(named, digest_size=MAC_BYTES, key=key, person=b"placeur tickets").digest()
