"""An agent's line to its server: it calls out, and calls again for as long as the server is away."""

import asyncio
import random
from collections.abc import Callable
from typing import TypeVar

import httpx
import msgspec
from msgspec import Struct

from hardware.agent_folder import AgentRefused
from hardware.agent_wire import Asking, Ending, Enrolled, Enrolling, Given, Heard, Report

T = TypeVar("T")
PROBLEM = "application/problem+json"
SIGNED_OUT = "not-signed-in"
LATER = frozenset({408, 425, 429})
"""Statuses that say: not now."""
Tell = Callable[[str], None]


class Away(Exception):
    """The server did not answer, or not as a server of Placeur does; it may later."""


class Revoked(AgentRefused):
    """The server knows this agent's token no more."""


class NotTaken(Exception):
    """The server understood, and said no for good."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class _Problem(Struct):
    """What is read of a problem document."""

    code: str
    detail: str


class Patience(Struct, frozen=True, kw_only=True):
    """Bounds of one call, and the pauses between calls at a server that is away, in seconds."""

    connect_s_max: float = 10.0
    answer_s_max: float = 30.0
    first_s: float = 0.5
    pause_s_max: float = 10.0

    def pause(self, tries: int) -> float:
        """How long to wait after so many tries: twice as long each time, and never in step with other agents."""
        return min(self.pause_s_max, self.first_s * 2.0 ** min(tries, 16)) * random.uniform(0.5, 1.0)


class ServerLine:
    """The calls of one agent."""

    def __init__(
        self, server: str, token: str, tell: Tell, patience: Patience, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._tell, self._patience = tell, patience
        self._away = False
        timeout = httpx.Timeout(patience.answer_s_max, connect=patience.connect_s_max)
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.AsyncClient(
            base_url=f"{server}/api/v1/agents", timeout=timeout, headers=headers, transport=transport
        )

    async def close(self) -> None:
        """End the connections."""
        await self._client.aclose()

    async def enrol(self, asked: Enrolling) -> Enrolled:
        """Enrol, in one try. Raises Away, NotTaken."""
        return await self._once("", asked, Enrolled)

    async def take(self, asked: Asking) -> Given:
        """A job, if there is one. Raises Revoked, NotTaken."""
        return await self._until_answered("/takes", asked, Given)

    async def end(self, job: object, ending: Ending) -> None:
        """Tell what became of a job. Raises Revoked, NotTaken."""
        await self._until_answered(f"/jobs/{job}/ending", ending, type(None))

    async def report(self, report: Report) -> Heard:
        """Tell how the agent is. Raises Revoked, NotTaken."""
        return await self._until_answered("/reports", report, Heard)

    async def _until_answered(self, path: str, body: Struct, kind: type[T]) -> T:
        tries = 0
        while True:
            try:
                answer = await self._once(path, body, kind)
            except Away as problem:
                if not self._away:
                    self._tell(f"The server is away ({problem}). Jobs wait there; trying again.")
                self._away = True
                await asyncio.sleep(self._patience.pause(tries))
                tries += 1
                continue
            if self._away:
                self._tell("The server answers again.")
            self._away = False
            return answer

    async def _once(self, path: str, body: Struct, kind: type[T]) -> T:
        try:
            answer = await self._client.post(
                path, content=msgspec.json.encode(body), headers={"content-type": "application/json"}
            )  # fmt: skip
        except httpx.HTTPError as error:
            raise Away(str(error) or type(error).__name__) from None
        status = answer.status_code
        if not 200 <= status < 300:
            problem = _problem(answer)
            if problem is None or status >= 500 or status in LATER:
                raise Away(f"it answered {status}")
            if problem.code == SIGNED_OUT:
                raise Revoked(problem.detail)
            raise NotTaken(status, problem.detail)
        try:
            return msgspec.json.decode(answer.content or b"null", type=kind)
        except msgspec.DecodeError as error:
            raise Away(f"it answered what is no answer of Placeur: {error}") from None


def _problem(answer: httpx.Response) -> _Problem | None:
    """Why a server of Placeur said no; None when somebody else answered, as the page of a hotel's network does."""
    if not answer.headers.get("content-type", "").startswith(PROBLEM):
        return None
    try:
        return msgspec.json.decode(answer.content, type=_Problem)
    except msgspec.DecodeError:
        return None
