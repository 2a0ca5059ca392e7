"""Plans and place lists, each by the SHA-256 of what it is: fetched once, cached for ever, by anybody."""

from litestar import Response, get
from litestar.openapi import ResponseSpec

from api import access
from api.params import Hash
from engine.plan.model import Plan
from engine.plan.places import PlaceList
from ticketing.files import hash_of
from web.answers import send
from web.call import Call
from web.documents import SVG
from web.variants import IMMUTABLE

TAGS = ["Catalogue"]


@get(
    "/plans/{hash:str}",
    tags=TAGS,
    responses={200: ResponseSpec(Plan, description="Placeur's own plan format", generate_examples=False)},
)
async def plan(request: Call, hash: Hash) -> Response[bytes]:
    """A seating plan: zones, rows, seats and areas as they are drawn."""
    access.anybody_reads(request)
    return send(request, await request.services.documents.plans.get(hash_of(hash, "plan")), IMMUTABLE)


@get(
    "/plans/{hash:str}/picture",
    tags=TAGS,
    responses={200: ResponseSpec(bytes, media_type=SVG, description="SVG", generate_examples=False)},
)
async def picture(request: Call, hash: Hash) -> Response[bytes]:
    """The plan as a picture, small however large the house is: seats, or rows, or zones, coloured by category."""
    access.anybody_reads(request)
    return send(request, await request.services.documents.pictures.get(hash_of(hash, "plan")), IMMUTABLE)


@get(
    "/place-lists/{hash:str}",
    tags=TAGS,
    responses={200: ResponseSpec(PlaceList, description="Runs of place numbers", generate_examples=False)},
)
async def place_list(request: Call, hash: Hash) -> Response[bytes]:
    """Which seat each place number is: runs of seats and of areas' units, from place 0 on."""
    access.anybody_reads(request)
    return send(request, await request.services.documents.place_lists.get(hash_of(hash, "place list")), IMMUTABLE)
