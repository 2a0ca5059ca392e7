"""What a browser shows of itself at a waiting room: its queue number, and once it was let in, its admission.

Both are short signed texts (BLAKE2b, keyed by the installation's secret, one key for each kind). The browser's own
random cookie is signed with them and not in them, so neither is worth anything in another browser; nor is one that was
altered, or is of another event. Nobody has to be asked to read them: a hold is let through on an admission's word.

    number     = event (16 bytes), ordinal (8), party (1)
    admission  = event (16 bytes), ordinal (8), party (1), end in seconds since 1970 (8)
    text       = base64url(bytes) "." base64url(BLAKE2b-128(bytes, browser))
"""

import base64
import binascii
import hmac
import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

from msgspec import Struct

from ticketing.refusals import AdmissionLapsed, QueueNumberRefused, WaitingRoomFirst
from ticketing.sealing import key

NUMBER = struct.Struct(">16sQB")
ADMISSION = struct.Struct(">16sQBQ")
MAC_BYTES = 16
TEXT_CHARS_MAX = 200
ADMISSIONS_MAX = 8
NUMBERS, ADMISSIONS, BROWSERS = "waiting room numbers", "waiting room admissions", "waiting room browsers"


class QueueNumber(Struct, frozen=True):
    """A browser's standing in a waiting room: what it was given when it came, and for how many places."""

    event_id: UUID
    ordinal: int
    party: int


class Admission(Struct, frozen=True):
    """That a browser's turn has come: until when, and for how many places at once."""

    event_id: UUID
    ordinal: int
    party: int
    expires_at: datetime

    @property
    def owner(self) -> str:
        """Under which name its unpaid places are counted together."""
        return f"q:{self.event_id.hex}:{self.ordinal}"


def number_text(secret: bytes, number: QueueNumber, browser: str) -> str:
    """A queue number as its browser keeps it."""
    return _signed(secret, NUMBERS, NUMBER.pack(number.event_id.bytes, number.ordinal, number.party), browser)


def read_number(secret: bytes, text: str, event_id: UUID, browser: str) -> QueueNumber:
    """The queue number that a browser shows at an event.

    Raises QueueNumberRefused for one that was altered, is of another event, or was given to another browser.
    """
    content = _opened(secret, NUMBERS, text, browser)
    if content is None or len(content) != NUMBER.size:
        raise QueueNumberRefused()
    event, ordinal, party = NUMBER.unpack(content)
    if event != event_id.bytes:
        raise QueueNumberRefused()
    return QueueNumber(event_id, ordinal, party)


def admission_text(secret: bytes, admission: Admission, browser: str) -> str:
    """An admission as its browser keeps it: the same text whenever it is asked for."""
    end = int(admission.expires_at.timestamp())
    content = ADMISSION.pack(admission.event_id.bytes, admission.ordinal, admission.party, end)
    return _signed(secret, ADMISSIONS, content, browser)


def read_admissions(secret: bytes, texts: Iterable[str], browser: str) -> tuple[Admission, ...]:
    """The admissions among what a browser shows, those that are over too; what is none of ours is left out."""
    found = []
    for text in texts:
        content = _opened(secret, ADMISSIONS, text, browser)
        if content is not None and len(content) == ADMISSION.size:
            event, ordinal, party, end = ADMISSION.unpack(content)
            found.append(Admission(UUID(bytes=event), ordinal, party, datetime.fromtimestamp(end, UTC)))
    return tuple(found[:ADMISSIONS_MAX])


def ensure_admitted(admissions: Sequence[Admission], event_id: UUID, queue: str, now: datetime) -> Admission:
    """The admission to an event whose waiting room is on; `queue` is where to go without one.

    Raises WaitingRoomFirst without one, AdmissionLapsed once it is over.
    """
    mine = [one for one in admissions if one.event_id == event_id]
    if not mine:
        raise WaitingRoomFirst(event=str(event_id), queue=queue)
    last = max(mine, key=lambda one: one.expires_at)
    if last.expires_at <= now:
        raise AdmissionLapsed(event=str(event_id), queue=queue)
    return last


def queue_path(box_office_key: str, event_id: UUID) -> str:
    """Where one waits."""
    return f"/shop/{box_office_key}/events/{event_id}/queue"


def browser_hash(secret: bytes, browser: str) -> bytes:
    """What is kept of a browser's cookie: enough to know it again, 16 bytes."""
    return blake2b(browser.encode(), key=_key(secret, BROWSERS), digest_size=16).digest()


def _signed(secret: bytes, purpose: str, content: bytes, browser: str) -> str:
    return f"{_encoded(content)}.{_encoded(_mac(secret, purpose, content, browser))}"


def _opened(secret: bytes, purpose: str, text: str, browser: str) -> bytes | None:
    """What was signed, or None."""
    first, _, second = text[:TEXT_CHARS_MAX].partition(".")
    content, mac = _decoded(first), _decoded(second)
    if not browser or not hmac.compare_digest(mac, _mac(secret, purpose, content, browser)):
        return None
    return content


def _mac(secret: bytes, purpose: str, content: bytes, browser: str) -> bytes:
    said = struct.pack(">H", len(content)) + content + browser.encode()
    return blake2b(said, key=_key(secret, purpose), digest_size=MAC_BYTES).digest()


@lru_cache(64)
def _key(secret: bytes, purpose: str) -> bytes:
    return key(secret, purpose)


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
