"""A hub: it passes on what a venue's scanners ask while the line is up, and answers them itself while it is not.

Once means once among its scanners, whatever the line does:

- What it let in is on the disk before the verdict leaves, and a key of the log has each passage of a ticket happen
  once.
- What it let in by itself waits there until the server has answered that it has it. Until then scans of the same ticket
  are decided here, because the server does not know yet.
- Scans of one ticket are passed on one after the other: an answer that was lost leaves the next one to be decided here.
- A scan keeps its id, so one that the server took and whose answer was lost is the same scan when it is handed over.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Annotated
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Meta, Struct
from msgspec.structs import replace

from engine.failpoints import reach
from hardware.hub import judging, lists, log, shell
from hardware.hub.judging import Asked, Judged
from hardware.hub.line import Answer, Declined, Line, LineDown, Revoked
from hardware.hub.lists import Tickets
from hardware.hub.log import Entry, Key, Log, Passage, Written
from ticketing.admissions import DIGEST_BYTES
from ticketing.door_dates import DoorDate
from ticketing.door_scans import DoorTold
from ticketing.doors import PASSED, Direction, Verdict
from ticketing.ids import secret_hash
from ticketing.offline_scans import SCANS_MAX, Taken
from ticketing.refusals import LineIsDown, NotSignedIn, RightMissing, ScanReused
from ticketing.scan_hubs import HubProfile, HubScanner, Served
from ticketing.scan_profiles import Right
from ticketing.ticket_codes import Code, canonical

TRIES_MAX = 8
SERVER, TOKEN, SERVED, FETCHED = "server", "token", "served", "fetched"
HOLDS_BEFORE, HOLDS_AFTER = timedelta(hours=36), timedelta(hours=12)
"""Around now, the dates whose lists are kept."""
LISTS_MAX = 20
KEPT_S = 3 * 86_400.0
MET_S = 600.0


Moment = Annotated[datetime, Meta(tz=True)]


class Waiting(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A scan that was decided here, as it is handed over; `despite` is the reason of a supervisor."""

    scan: UUID
    performance: UUID
    told: Verdict
    at: datetime
    code: str
    ticket: UUID | None
    direction: Direction
    device: UUID
    despite: str | None = None


class Sent(Struct, frozen=True, kw_only=True):
    """A scan that a scanner decided by itself, and hands over here."""

    scan: UUID
    performance: UUID
    told: Verdict
    at: Moment
    code: Annotated[str, Meta(max_length=1000)] = ""
    ticket: UUID | None = None
    direction: Direction = Direction.IN
    despite: str | None = None


class Upload(Struct, frozen=True, kw_only=True):
    """What a scanner hands over; `device_now` is the time by its clock."""

    device_now: Moment
    scans: Annotated[list[Sent], Meta(max_length=SCANS_MAX)]


class Uploaded(Struct, frozen=True):
    """What became of it."""

    taken: list[Taken]


class Trouble(Struct, frozen=True, kw_only=True):
    """A scan that the server found otherwise (`found`), or did not take (`refused`); told once, and kept to be seen."""

    scan: UUID
    gate: str
    device: str
    at: datetime
    found: Verdict | None
    refused: str | None
    place: str


class Enrolled(Struct, frozen=True):
    """A scanner that was enrolled through the hub."""

    device: UUID
    token: str
    profile: UUID


class Hub:
    """What one process is. Everything happens in one loop."""

    def __init__(self, log: Log, line: Line) -> None:
        """Read what the log keeps."""
        self.log, self.line = log, line
        self.tickets = Tickets()
        self.served: Served | None = None
        self.revoked = False
        self.keys: dict[int, Ed25519PublicKey] = {}
        self.met: dict[UUID, float] = {}
        self.waiting: dict[UUID, bytes] = {}
        self.troubles: list[Trouble] = [msgspec.json.decode(one, type=Trouble) for one in log.troubles()]
        self.refresh_soon = asyncio.Event()
        self._wanted: dict[UUID, None] = {}
        self._entries: dict[UUID, Entry] = {}
        self._turns: dict[Key, tuple[asyncio.Lock, int]] = {}
        self._numbers: dict[UUID, int] = {}
        self._profiles: dict[UUID, HubProfile] = {}
        self._dates: dict[UUID, DoorDate] = {}
        self._listed: dict[bytes, HubScanner] = {}
        self._seen: dict[bytes, HubScanner | None] = {}
        self._read()

    # Scans

    async def scan(self, token: str, asked: Asked, passed_on: tuple[Mapping[str, str], bytes]) -> Answer:
        """Answer a scan of a scanner by its token: the server's answer (to the request `passed_on`), or our own.

        Raises NotSignedIn, RightMissing, ScanReused, LineIsDown for a hub that knows nothing yet, and OSError when the
        log cannot be written: then nobody is let in.
        """
        scanner = self.scanner(token)
        digest = _digest(asked)
        self._want(asked.performances)
        if (known := self._entries.get(asked.scan)) is not None and scanner is not None:
            return _again(known, digest)
        key, code = judging.subject(self.tickets, self.keys, asked)
        async with self._turn(key):
            if (known := self._entries.get(asked.scan)) is not None and scanner is not None:
                return _again(known, digest)
            before = None
            if self.line.up and not (key is not None and self.tickets.stood(key).waiting):
                before = self._judged(asked, scanner) if scanner is not None else None
                headers, body = passed_on
                answer = await self.line.pass_on("POST", "/api/v1/scan/admissions", headers, body)
                if answer is not None:
                    return await self._heard(answer, asked, digest, token, scanner, before, code)
        if scanner is None:
            raise NotSignedIn()
        return await self._decide(asked, digest, scanner, before)

    def _want(self, performances: Sequence[UUID]) -> None:
        """Somebody scans these dates: their lists are kept too, whenever they are."""
        for one in performances:
            if one not in self._wanted and one in self._dates:
                self._wanted[one] = None
                self.refresh_soon.set()

    async def _heard(
        self,
        answer: Answer,
        asked: Asked,
        digest: bytes,
        token: str,
        scanner: HubScanner | None,
        before: Judged | None,
        code: Code | Verdict,
    ) -> Answer:
        """Keep what the server answered, where somebody goes through by it.

        If the hub has let somebody in with this ticket since the server was asked, it decides: the scan is handed over
        with what it was told.
        """
        if answer.status == 401:
            await self._refuse(token)
        if answer.status != 200:
            return answer
        if scanner is None:
            self.refresh_soon.set()
        else:
            self.met[scanner.id] = time.monotonic()
        told = msgspec.json.decode(answer.content, type=DoorTold)
        if not told.let_through:
            return answer
        key = number = None
        if told.ticket is not None and isinstance(code, Code):
            key = (told.ticket.performance, int(code.kind), code.serial)
            asked_at = before.stood if before is not None and before.key == key else None
            number = asked_at.number if asked_at is not None else self.tickets.stood(key).number
        device, gate = (scanner.id, self._profile(scanner).gate) if scanner else (lists.NOWHERE, "")
        kept = await self._keep(asked, digest, device, gate, answer.content, key, number=number)
        if kept is Written.TAKEN and scanner is not None:
            return await self._decide(asked, digest, scanner, None)
        return answer

    async def _decide(self, asked: Asked, digest: bytes, scanner: HubScanner, before: Judged | None) -> Answer:
        """Answer by what the hub knows; the answer is on the disk before it leaves."""
        if self.revoked or self.served is None:
            raise LineIsDown
        self.met[scanner.id] = time.monotonic()
        profile = self._profile(scanner)
        if asked.ticket is not None and Right.SEARCH not in profile.rights:
            raise RightMissing(right=Right.SEARCH)
        if asked.despite is not None and Right.ADMIT not in profile.rights:
            raise RightMissing(right=Right.ADMIT)
        for _ in range(TRIES_MAX):
            judged, at = self._judged(asked, scanner), log.now()
            if before is not None and before.stood is not None and judged.stood is not None:
                if before.stood.number == judged.stood.number:
                    judged = before  # a list may have come meanwhile that has this very scan
                before = None
            told = self._told(judged, asked, profile, at)
            passage = None
            if judged.passes and judged.key is not None and judged.stood is not None:
                passage = Passage(
                    key=judged.key, number=judged.stood.number, scan=asked.scan,
                    enters=asked.direction is Direction.IN, gate=profile.gate, at=at,
                )  # fmt: skip
            waiting = Waiting(
                scan=asked.scan, performance=judged.performance, told=judged.verdict,
                at=datetime.fromtimestamp(at, UTC), code=asked.code, ticket=asked.ticket, direction=asked.direction,
                device=scanner.id, despite=asked.despite if judged.despite else None,
            )  # fmt: skip
            entry = Entry(
                scan=asked.scan, digest=digest, device=scanner.id, answer=msgspec.json.encode(told),
                waiting=msgspec.json.encode(waiting), at=at, passage=passage,
            )  # fmt: skip
            found = await self.log.answered(entry, self._kept)
            if found is Written.WRITTEN:
                return _own(entry.answer)
            if found is Written.REPEATED and asked.scan in self._entries:
                return _again(self._entries[asked.scan], digest)
        raise AssertionError("every try meets another passage that is written")

    def _judged(self, asked: Asked, scanner: HubScanner) -> Judged:
        return judging.judge(self.tickets, self.keys, self._numbers, self._profile(scanner), asked)

    def _told(self, judged: Judged, asked: Asked, profile: HubProfile, at: float) -> DoorTold:
        date = None if judged.key is None else self._dates.get(judged.key[0])
        listed = None if judged.key is None else self.tickets.dates.get(judged.key[0])
        gates: tuple[str, ...] = ()
        if judged.verdict is Verdict.WRONG_ZONE and judged.row is not None and judged.key is not None:
            gates = self._gates(judged.key[0], judged.row.zone_id)
        return judging.told(judged, asked, profile, gates, date, listed, at)

    def _gates(self, performance: UUID, zone_id: str) -> tuple[str, ...]:
        assert self.served is not None, "a verdict was given"
        covering = next((one.profiles for one in self.served.dates if one.date.id == performance), ())
        admitting = (self._profiles[id] for id in covering if judging.admits(self._profiles[id].zones, zone_id))
        return tuple(sorted({one.gate for one in admitting}))

    async def _keep(
        self,
        asked: Asked,
        digest: bytes,
        device: UUID,
        gate: str,
        answer: bytes,
        key: Key | None,
        *,
        waiting: bytes | None = None,
        number: int | None = None,
    ) -> Written:
        """Keep that somebody went through, as the server or a scanner said: as the passage `number`, or the next."""
        for _ in range(TRIES_MAX):
            at, passage = log.now(), None
            if key is not None:
                passage = Passage(
                    key=key, number=number or self.tickets.stood(key).number, scan=asked.scan,
                    enters=asked.direction is Direction.IN, gate=gate, at=at, known=at if waiting is None else None,
                )  # fmt: skip
            entry = Entry(
                scan=asked.scan, digest=digest, device=device, answer=answer, waiting=waiting, at=at, passage=passage
            )
            found = await self.log.answered(entry, self._kept)
            if found is not Written.TAKEN or number is not None:
                return found
        return Written.TAKEN

    def _kept(self, entry: Entry) -> None:
        self._entries[entry.scan] = entry
        if entry.waiting is not None:
            self.waiting[entry.scan] = entry.waiting
        if entry.passage is not None:
            self.tickets.add(entry.passage)

    @asynccontextmanager
    async def _turn(self, key: Key | None) -> AsyncIterator[None]:
        """Scans of one ticket that are passed on, one after the other."""
        if key is None or not self.line.up:
            yield
            return
        lock, count = self._turns.get(key, (asyncio.Lock(), 0))
        self._turns[key] = (lock, count + 1)
        try:
            async with lock:
                yield
        finally:
            lock, count = self._turns.pop(key)
            if count > 1:
                self._turns[key] = (lock, count - 1)

    # Everything else that scanners ask

    async def undo(self, undoes: UUID, answer: Answer) -> Answer:
        """The server took a scan back: so do we."""
        if answer.status == 200:
            await self.log.taken_back(undoes)
            self.tickets.take_back(undoes)
        return answer

    async def enrolled(self, name: str, answer: Answer) -> Answer:
        """The server enrolled a scanner: it is known here at once."""
        if answer.status == 201:
            made = msgspec.json.decode(answer.content, type=Enrolled)
            hash = secret_hash(made.token)
            scanner = HubScanner(id=made.device, number=0, name=name, profile=made.profile, hash=hash)
            self._seen[hash] = scanner
            await self.log.set_scanner(hash, msgspec.json.encode(scanner))
            self.refresh_soon.set()
        return answer

    async def upload(self, token: str, upload: Upload, passed_on: tuple[Mapping[str, str], bytes]) -> Answer:
        """Take what a scanner decided by itself: the server does, or the hub keeps it for it. Raises NotSignedIn."""
        scanner = self.scanner(token)
        if self.line.up:
            headers, body = passed_on
            answer = await self.line.pass_on("POST", "/api/v1/scan/uploads", headers, body)
            if answer is not None:
                if answer.status == 401:
                    await self._refuse(token)
                if answer.status == 200 and scanner is not None:
                    await self._heard_of(upload, scanner, msgspec.json.decode(answer.content, type=Uploaded))
                return answer
        if scanner is None:
            raise NotSignedIn()
        offset = upload.device_now - datetime.now(UTC)
        taken = [await self._take(scanner, one, offset) for one in sorted(upload.scans, key=lambda one: one.at)]
        by = {one.scan_id: one for one in taken}
        return _own(msgspec.json.encode(Uploaded([by[one.scan] for one in upload.scans])))

    async def _heard_of(self, upload: Upload, scanner: HubScanner, seen: Uploaded) -> None:
        """Who went through by what a scanner handed over to the server."""
        taken = {one.scan_id: one for one in seen.taken if one.refused is None}
        for one in upload.scans:
            if one.told in PASSED.values() and one.scan in taken and one.scan not in self._entries:
                asked = _asked(one)
                key, _ = judging.subject(self.tickets, self.keys, asked)
                told = self._told(
                    replace(self._judged(asked, scanner), verdict=one.told), asked, self._profile(scanner), log.now()
                )
                answer = msgspec.json.encode(told)
                await self._keep(asked, _digest(asked), scanner.id, self._profile(scanner).gate, answer, key)

    async def _take(self, scanner: HubScanner, sent: Sent, offset: timedelta) -> Taken:
        asked = _asked(sent)
        if sent.scan in self._entries:
            return Taken(scan_id=sent.scan, found=sent.told, repeated=True, conflict=False)
        judged, through = self._judged(asked, scanner), sent.told is PASSED[sent.direction]
        waiting = Waiting(
            scan=sent.scan, performance=sent.performance, told=sent.told, at=_moment(sent.at, offset), code=sent.code,
            ticket=sent.ticket, direction=sent.direction, device=scanner.id, despite=sent.despite,
        )  # fmt: skip
        told = self._told(replace(judged, verdict=sent.told), asked, self._profile(scanner), log.now())
        answer, document = msgspec.json.encode(told), msgspec.json.encode(waiting)
        key = judged.key if through else None
        on = (asked, _digest(asked), scanner.id, self._profile(scanner).gate, answer, key)
        if await self._keep(*on, waiting=document) is Written.REPEATED:
            return Taken(scan_id=sent.scan, found=sent.told, repeated=True, conflict=False)
        conflict = through and judged.verdict is not sent.told
        return Taken(scan_id=sent.scan, found=judged.verdict, repeated=False, conflict=conflict)

    # Scanners

    def scanner(self, token: str) -> HubScanner | None:
        """The scanner of a token, as far as the hub knows; None for another."""
        hash = secret_hash(token)
        found = self._seen[hash] if hash in self._seen else self._listed.get(hash)
        return found if found is not None and found.profile in self._profiles else None

    def known(self, token: str) -> tuple[HubScanner, HubProfile]:
        """The scanner of a token and its profile, for what the hub answers itself. Raises NotSignedIn, LineIsDown."""
        if self.revoked or self.served is None:
            raise LineIsDown
        scanner = self.scanner(token)
        if scanner is None:
            raise NotSignedIn()
        self.met[scanner.id] = time.monotonic()
        return scanner, self._profile(scanner)

    async def refused(self, token: str, answer: Answer) -> Answer:
        """Note a scanner that the server does not know any more."""
        if answer.status == 401:
            await self._refuse(token)
        return answer

    def dates_of(self, profile: HubProfile) -> list[DoorDate]:
        """The dates of a profile, with the zones that it admits."""
        assert self.served is not None, "whoever asks is known"
        found = [one.date for one in self.served.dates if profile.id in one.profiles]
        return [replace(one, zones=tuple(z for z in one.zones if judging.admits(profile.zones, z.id))) for one in found]

    @property
    def scanner_count(self) -> int:
        """How many scanners asked something within the last minutes."""
        return sum(at > time.monotonic() - MET_S for at in self.met.values())

    def _profile(self, scanner: HubScanner) -> HubProfile:
        found = self._profiles.get(scanner.profile)
        if found is None:
            raise NotSignedIn()
        return found

    async def _refuse(self, token: str) -> None:
        hash = secret_hash(token)
        if self.scanner(token) is not None:
            self._seen[hash] = None
            await self.log.set_scanner(hash, None)

    # What the log keeps, and the server says

    def _read(self) -> None:
        facts = self.log.facts()
        if SERVED in facts:
            self._serve(msgspec.json.decode(facts[SERVED], type=Served))
        for hash, document in self.log.scanners().items():
            self._seen[hash] = None if document is None else msgspec.json.decode(document, type=HubScanner)
        asked_at = float(facts.get(FETCHED, b"0"))
        for _, document in self.log.lists():
            self.tickets.apply(*lists.read(document), asked_at)
        for entry in self.log.entries():
            self._kept(entry)

    def _serve(self, served: Served) -> None:
        self.served = served
        self._profiles = {one.id: one for one in served.profiles}
        self._dates = {one.date.id: one.date for one in served.dates}
        self._numbers = {one.date.id: one.date.number for one in served.dates}
        self._listed = {one.hash: one for one in served.scanners}
        self.keys = {key.id: Ed25519PublicKey.from_public_bytes(key.public_key) for key in served.keys}

    async def look(self) -> None:
        """Ask the server what is served now. Raises LineDown, Revoked."""
        document = await self.line.ask("GET", "/api/v1/hub")
        served = msgspec.json.decode(document, type=Served)
        self._serve(served)
        self._seen.clear()
        await self.log.set_fact(SERVED, document)
        over = [date for date in self.tickets.dates if date not in self._dates]
        for date in over:
            self.tickets.forget(date)
        await self.log.forget(over)

    async def forget(self) -> None:
        """Let go of what the server has since long."""
        before = log.now() - KEPT_S
        await self.log.forget_scans(before)
        self._entries = {scan: one for scan, one in self._entries.items() if one.waiting or one.at > before}

    async def hand_over(self) -> None:
        """Give the server what was decided here; what it has answered waits no more. Raises LineDown, Revoked."""
        while self.waiting:
            batch = dict(list(self.waiting.items())[:SCANS_MAX])
            try:
                await self._hand_over(batch)
            except Declined:
                for scan, document in batch.items():  # one of them is not what it should be: the others go
                    try:
                        await self._hand_over({scan: document})
                    except Declined as declined:
                        taken = Taken(scan_id=scan, found=None, repeated=False, conflict=False, refused=declined.code)
                        await self._handed_over({scan: document}, [taken])

    async def _hand_over(self, batch: dict[UUID, bytes]) -> None:
        body = {"device_now": datetime.now(UTC), "scans": [msgspec.Raw(one) for one in batch.values()]}
        answer = await self.line.ask("POST", "/api/v1/hub/uploads", body)
        reach("F18")
        await self._handed_over(batch, msgspec.json.decode(answer, type=Uploaded).taken)

    async def _handed_over(self, batch: dict[UUID, bytes], taken: list[Taken]) -> None:
        troubles = [self._trouble(batch[one.scan_id], one) for one in taken if one.conflict or one.refused]
        at = log.now()
        await self.log.told(batch, [(one.scan, msgspec.json.encode(one)) for one in troubles], at)
        self.troubles += troubles
        for scan in batch:
            self.waiting.pop(scan, None)
            self.tickets.known(scan, at)
            if (entry := self._entries.get(scan)) is not None:
                self._entries[scan] = replace(entry, waiting=None)

    def _trouble(self, document: bytes, taken: Taken) -> Trouble:
        waiting = msgspec.json.decode(document, type=Waiting)
        scanner = next((one for one in self._listed.values() if one.id == waiting.device), None)
        profile = self._profiles.get(scanner.profile) if scanner else None
        asked = Asked(scan=waiting.scan, performances=(waiting.performance,), code=waiting.code, ticket=waiting.ticket)
        key, _ = judging.subject(self.tickets, self.keys, asked)
        row = self.tickets.find(key) if key else None
        return Trouble(
            scan=waiting.scan, gate=profile.gate if profile else "", device=scanner.name if scanner else "",
            at=waiting.at, found=taken.found, refused=taken.refused,
            place=" ".join(filter(None, (row.zone, row.row, row.seat))) if row else "",
        )  # fmt: skip

    async def read_lists(self) -> None:
        """Ask for the lists of the dates around now, or what changed of them. Raises LineDown, Revoked."""
        now, asked_at = datetime.now(UTC), log.now()
        around = [
            date.id for date in self._dates.values()
            if date.doors_at - HOLDS_BEFORE <= now <= date.ends_at + HOLDS_AFTER
        ]  # fmt: skip
        wanted = [one for one in reversed(self._wanted) if one in self._dates]
        for performance in list(dict.fromkeys([*wanted, *around]))[:LISTS_MAX]:
            known = self.tickets.dates.get(performance)
            since = f"?since={known.version}" if known else ""
            document = await self.line.ask("GET", f"/api/v1/hub/performances/{performance}/tickets{since}")
            found, rows = await asyncio.to_thread(lists.read, document)
            if found.whole or rows or known is None or known.cancelled != found.cancelled:
                await self.log.set_list(performance, document, whole=found.whole)
            self.tickets.apply(found, rows, asked_at)
        await self.log.set_fact(FETCHED, str(asked_at).encode())

    async def report(self, software: str) -> None:
        """Tell the server how the hub is. Raises LineDown, Revoked."""
        body = {
            "clock": datetime.now(UTC), "scanner_count": self.scanner_count, "pending_count": len(self.waiting),
            "software": software,
        }  # fmt: skip
        await self.line.ask("POST", "/api/v1/hub/heartbeats", body)

    async def fetch_shell(self) -> None:
        """Fetch the scanner's own files. Raises LineDown."""
        await shell.fetch(self.line, self.log)


class Keeper:
    """What a hub does by itself, over and over: look whether the line is up, hand over, and keep its lists fresh."""

    REFRESH_S, PROBE_S, LOOK_S, REPORT_S, SHELL_S = 5.0, 2.0, 20.0, 60.0, 600.0

    def __init__(self, hub: Hub, software: str) -> None:
        self.hub, self._software = hub, software
        self._due: dict[str, float] = {}

    async def run(self) -> None:
        """Keep on until it is cancelled."""
        while True:
            await self.once()
            pause = self.REFRESH_S if self.hub.line.up else self.PROBE_S
            try:
                await asyncio.wait_for(self.hub.refresh_soon.wait(), pause)
                self._due.pop("look", None)
            except TimeoutError:
                pass
            self.hub.refresh_soon.clear()

    async def once(self) -> None:
        """One round; the line is up after it, or it is known why not."""
        hub = self.hub
        try:
            await hub.log.checkpoint()
            await hub.line.probe()
            if self._is_due("look", self.LOOK_S) or not hub.line.up:
                await hub.look()
            await hub.hand_over()
            hub.revoked = False
            hub.line.raise_up()
            await hub.read_lists()
            if self._is_due("report", self.REPORT_S):
                await hub.report(self._software)
            if self._is_due("shell", self.SHELL_S):
                await hub.forget()
                await hub.fetch_shell()
        except (LineDown, Declined):
            self._due.clear()
        except (OSError, sqlite3.Error):
            hub.line.drop("the log cannot be written")
        except msgspec.MsgspecError:
            hub.line.drop("the server speaks another version of Placeur")
        except Revoked:
            hub.revoked = True
            hub.line.drop("this hub was revoked")

    def _is_due(self, what: str, every_s: float) -> bool:
        if self._due.get(what, 0.0) > time.monotonic():
            return False
        self._due[what] = time.monotonic() + every_s
        return True


def _asked(sent: Sent) -> Asked:
    return Asked(
        scan=sent.scan, performances=(sent.performance,), code=sent.code, ticket=sent.ticket, direction=sent.direction
    )


def _moment(at: datetime, offset: timedelta) -> datetime:
    """A time by a scanner's clock as it is by ours; the server knows what to make of one that no clock shows."""
    try:
        return at - offset
    except OverflowError:
        return at


def _digest(asked: Asked) -> bytes:
    """What a repeated scan must have in common with the first."""
    about = asked.ticket.hex if asked.ticket is not None else canonical(asked.code)
    spelt = about.encode("utf-8", "surrogatepass")
    return blake2b(spelt, digest_size=DIGEST_BYTES, key=asked.direction.encode()).digest()


def _again(entry: Entry, digest: bytes) -> Answer:
    """The first answer to a scan. Raises ScanReused when it was about something else."""
    if entry.digest != digest:
        raise ScanReused
    told = msgspec.json.decode(entry.answer, type=DoorTold)
    return _own(msgspec.json.encode(replace(told, repeated=True)))


def _own(content: bytes) -> Answer:
    return Answer(200, {"content-type": "application/json", "cache-control": "no-store"}, content)
