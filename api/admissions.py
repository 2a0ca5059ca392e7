"""At the gates: scans, and the keys with which a scanner verifies codes by itself."""

from litestar import Response, get, post
from litestar.params import JSONBody

from api import access
from api.params import BoxOfficeKey, PerformanceId
from api.wire import AdmissionBody, PublicKeys
from ticketing import admissions, signing_keys
from ticketing.admissions import Admission, Scan
from ticketing.tokens import Scope
from web.call import Call

TAGS = ["Gates"]
FOR_A_MINUTE = "public, max-age=60"


@post("/performances/{performance:uuid}/admissions", tags=TAGS, security=access.TOKEN, status_code=200)
async def admit(request: Call, performance: PerformanceId, data: JSONBody[AdmissionBody]) -> Admission:
    """Answer a scan, and let its holder in if the verdict is `admitted` (a token of scope `scan`).

    Every verdict is a 200: that somebody may not come in is an answer, not an error.
    """
    token = await access.staff(request, Scope.SCAN)
    scan = Scan(data.scan, data.code, performance, data.gate, token)
    return await admissions.admit(request.services.database, request.services.keys, scan, request.now)


@get("/box-offices/{box_office:str}/public-keys", tags=TAGS)
async def public_keys(request: Call, box_office: BoxOfficeKey) -> Response[PublicKeys]:
    """The keys that the organisation's ticket codes are verified with, retired ones too."""
    access.anybody_reads(request)
    seller = await request.services.offers.box_office(box_office)
    found = await signing_keys.public_keys(request.services.database, seller.organisation_id)
    return Response(PublicKeys(seller.organisation_id, tuple(found)), headers={"cache-control": FOR_A_MINUTE})
