"""Print agents and access points: machines in venues that call out to the server."""

import time
from typing import Annotated
from uuid import UUID

from litestar import post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from api import access
from hardware.agent_wire import Asking, Ending, Enrolled, Enrolling, Given, Heard, Known, Report, Work
from hardware.spooler import job_of, result, where
from ticketing import access_points, print_agents, print_jobs, printers
from ticketing.access_points import Beat
from ticketing.print_agents import Told
from ticketing.print_jobs import Taken
from ticketing.refusals import AgentCodeWrong
from web.call import Call

TAGS = ["Machines"]


class AccessPointBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What an access point tells of itself; what it does not know is left out. Battery and signal are percent."""

    connected_count: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    battery: Annotated[int, Meta(ge=0, le=100)] | None = None
    charging: bool | None = None
    signal: Annotated[int, Meta(ge=0, le=100)] | None = None
    data_left_mb: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None = None
    network: Annotated[str, Meta(max_length=40)] = ""


@post("/agents", tags=TAGS)
async def enrol(request: Call, data: JSONBody[Enrolling]) -> Enrolled:
    """Enrol a print agent for a box office, by a code that its back office made.

    The answer's token is what it shows from then on; it is nowhere else.
    """
    services = request.services
    services.sign_ins.check(request.address, time.monotonic())
    try:
        made = await print_agents.enrol(
            services.database, services.secret, data.code, data.name, data.software, data.hardware,
            request.whole_address, request.now,
        )  # fmt: skip
    except AgentCodeWrong:
        services.sign_ins.take(request.address, time.monotonic())
        raise
    return Enrolled(agent=made.id, token=made.token, name=made.name, box_office=made.box_office_name)


@post("/agents/takes", tags=TAGS, security=access.AGENT, status_code=200)
async def take(request: Call, data: JSONBody[Asking]) -> Given:
    """Take the next job for one of the agent's printers, if there is one. The same id again gives the same job."""
    caller = await access.agent(request)
    taken = await print_jobs.take(request.services.database, caller.id, data.take, request.now)
    return Given(None if taken is None else _work(taken), caller.report_wanted)


@post("/agents/jobs/{job_id:uuid}/ending", tags=TAGS, security=access.AGENT, status_code=204)
async def end(request: Call, job_id: FromPath[UUID], data: JSONBody[Ending]) -> None:
    """Tell what became of a job that was taken. Telling it again changes nothing."""
    caller = await access.agent(request)
    became = result(data.sending)
    await print_jobs.settle(request.services.database, caller.id, job_id, data.take, became, request.now)


@post("/agents/reports", tags=TAGS, security=access.AGENT, status_code=200)
async def report(request: Call, data: JSONBody[Report]) -> Heard:
    """Tell how an agent and its printers are; the answer names the printers, and a search that somebody waits for."""
    caller, database = await access.agent(request), request.services.database
    told = Told(
        software=data.software, plugged=print_agents.listed(data.plugged), look_id=data.look,
        found=print_agents.listed(data.found), takes=data.takes,
        conditions={one.printer_id: one.conditions for one in data.printers},
    )  # fmt: skip
    answer = await print_agents.report(database, caller, told, request.whole_address, request.now)
    listed = await printers.of_agent(database, caller.id)
    known = [Known(id=one.id, name=one.name, printer=where(one)) for one in listed]
    return Heard(now=request.now, name=answer.name, printers=known, look=answer.look_id)


@post("/access-points/heartbeats", tags=TAGS, security=access.ACCESS_POINT, status_code=204)
async def heartbeat(request: Call, data: JSONBody[AccessPointBody]) -> None:
    """Hear how an access point of a kit is: every few minutes is enough."""
    point = await access.access_point(request)
    beat = Beat(**{name: getattr(data, name) for name in Beat.__struct_fields__})
    await access_points.beat(request.services.database, point, beat, request.whole_address, request.now)


def _work(taken: Taken) -> Work:
    return Work(id=taken.id, printer_id=taken.printer_id, printer=where(taken), job=job_of(taken))


HANDLERS = (enrol, take, end, report, heartbeat)
