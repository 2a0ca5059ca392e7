"""Scanners at the doors of a small house, over the API."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from httpx import AsyncClient, Response

from tests.api.conftest import House
from ticketing import scan_codes, scan_profiles, tickets
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.scan_profiles import Choice
from ticketing.settings import Settings, secret_bytes
from ticketing.signing_keys import Keys


class Scanner:
    """A device that was enrolled by its profile's code."""

    def __init__(self, client: AsyncClient, house: House, profile: UUID, token: str, device: str) -> None:
        self.client, self.house, self.profile, self.token, self.device = client, house, profile, token, device

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    async def get(self, path: str, **options: Any) -> Response:
        headers = self.headers | options.pop("headers", {})
        return await self.client.get(f"/api/v1/scan/{path}", headers=headers, **options)

    async def post(self, path: str, body: dict[str, Any]) -> Response:
        return await self.client.post(f"/api/v1/scan/{path}", json=body, headers=self.headers)

    async def scan(self, code: str, *, at: str | None = None, **fields: Any) -> dict[str, Any]:
        """The answer to a scan, which must be one."""
        body = {"scan": str(uuid4()), "performances": [at or self.house.first], "code": code} | fields
        response = await self.post("admissions", body)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def verdict(self, code: str, **fields: Any) -> str:
        return str((await self.scan(code, **fields))["verdict"])


async def make_profile(db: Database, house: House, **choice: Any) -> UUID:
    """A profile of the house's box office."""
    by, now = Actor(organisation_id=house.organisation_id), datetime.now(UTC)
    office = house.performances[0].box_office_id
    chosen = Choice(**({"name": "Door", "gate": "North"} | choice))
    return await scan_profiles.create(db, house.organisation_id, office, chosen, by, now)


async def make_code(db: Database, settings: Settings, house: House, profile: UUID | None) -> str:
    """A code that enrols for a profile, or for any."""
    by, now, secret = Actor(organisation_id=house.organisation_id), datetime.now(UTC), secret_bytes(settings)
    office = house.performances[0].box_office_id
    made = await scan_codes.make(db, secret, house.organisation_id, office, profile, 24, by, now)
    every = await scan_codes.list_of(db, secret, office, now)
    return next(code.text for code in every if code.id == made)


async def enrol(client: AsyncClient, db: Database, settings: Settings, house: House, **choice: Any) -> Scanner:
    """A scanner with a profile of its own."""
    profile = await make_profile(db, house, **choice)
    code = await make_code(db, settings, house, profile)
    response = await client.post("/api/v1/scan/devices", json={"code": code, "name": "Scanner"})
    assert response.status_code == 201, response.text
    made = response.json()
    return Scanner(client, house, profile, made["token"], made["device"])


async def codes_of(db: Database, settings: Settings, order_id: str) -> list[str]:
    """The codes of an order's tickets, as they are printed."""
    issued = await tickets.issued(db, Keys(db, secret_bytes(settings)), UUID(order_id), datetime.now(UTC))
    return [ticket.code for ticket in issued.tickets]
