"""The web scanner: its shell, and what makes it an app of its own. All it does it asks of the API for devices.

The shell is the same for everybody and holds the words of every language, so that a telephone without a network opens
it as it was kept. Reading pictures needs WebAssembly: the page and the script that runs beside it may compile it, under
a policy of their own, and nothing else of ours may. The shell's version is a hash of all that belongs to it.
"""

import hashlib
from functools import cache

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from ticketing.refusals import (
    CodeWrong,
    NotForResale,
    NotFound,
    NothingToUndo,
    NotSignedIn,
    NotTheLastPassage,
    PasswordWrong,
    PermissionMissing,
    Refusal,
    RightMissing,
    ScanCodeWrong,
    ScanReused,
    SecondFactorNeeded,
    TicketUsed,
    TooManyDevices,
    UndoneAlready,
)
from web import languages
from web.answers import send
from web.built import PATH, assets
from web.call import Call
from web.entrance import CONTENT_SECURITY_POLICY
from web.languages import marked
from web.templates import templates
from web.variants import IMMUTABLE, Variants, best_encoding

PAGE = "scanner/show.html"
LOOK_AGAIN = "no-cache"
POLICY = (
    CONTENT_SECURITY_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
    + "; worker-src 'self'; manifest-src 'self'; media-src 'self' blob:"
)
MAY = "camera=(self), geolocation=(), microphone=(), payment=()"
HEADERS = {"content-security-policy": POLICY, "permissions-policy": MAY}
READER, WORKER, WORDS = "scan/reader.js", "scan/worker.js", "scan/words.json"
PARTS = ("scan.js", "scan.css", "icons.svg", "scan/reader.wasm", "scan/icon.svg", "scan/icon-192.png")
"""The built files of the shell, beside its page and its reader."""
VERSION_CHARS = 12
NAMES = {"name": marked("Placeur scanner"), "short_name": marked("Scanner")}
REFUSALS: tuple[type[Refusal], ...] = (
    CodeWrong, NothingToUndo, NotForResale, NotSignedIn, NotTheLastPassage, PasswordWrong, PermissionMissing,
    RightMissing, ScanCodeWrong, ScanReused, SecondFactorNeeded, TicketUsed, TooManyDevices, UndoneAlready,
)  # fmt: skip
"""What the API says no with that a steward may meet."""
BACKGROUND = "#0b0f14"


@get("/scan", include_in_schema=False)
async def show(request: Call) -> Response[bytes]:
    """The scanner."""
    return _dressed(send(request, _page(request.visit.language), LOOK_AGAIN))


@get("/scan/reader/{name:str}", include_in_schema=False)
async def reader(request: Call, name: FromPath[str]) -> Response[bytes]:
    """The script that reads pictures, beside the page: the only other one that may compile WebAssembly."""
    if name != _name(READER):
        raise NotFound(what="file")
    content, encoding = assets().file(name, best_encoding(request.header(b"accept-encoding")))
    headers = {"cache-control": IMMUTABLE, "vary": "accept-encoding"}
    if encoding:
        headers["content-encoding"] = encoding
    return _dressed(Response(content, headers=headers, media_type="text/javascript; charset=utf-8"))


@get("/scan/worker.js", include_in_schema=False)
async def worker(request: Call) -> Response[bytes]:
    """The service worker, with what it keeps: another version is another script, so browsers see that it is new."""
    answer = send(request, _worker(), LOOK_AGAIN)
    answer.headers["service-worker-allowed"] = "/scan"
    return answer


@get("/scan/manifest.webmanifest", include_in_schema=False)
async def manifest(request: Call) -> Response[bytes]:
    """What a telephone is told that keeps the scanner as an app."""
    return send(request, _manifest(request.visit.language), LOOK_AGAIN)


@cache
def version() -> str:
    """Names what the shell is made of."""
    made = hashlib.blake2b(digest_size=16)
    for language in languages.SPOKEN:
        made.update(_drawn(language, "").encode())
    made.update(assets().file(_name(WORKER), "")[0])
    return made.hexdigest()[:VERSION_CHARS]


def _drawn(language: str, version: str) -> str:
    return templates().render(
        PAGE, language, version=version, reader=f"/scan/reader/{_name(READER)}", words=_words()
    )  # fmt: skip


@cache
def _page(language: str) -> Variants:
    return Variants(_drawn(language, version()).encode(), "text/html; charset=utf-8", f"{version()}-{language}")


@cache
def _worker() -> Variants:
    shell = ["/scan", "/scan/manifest.webmanifest", f"/scan/reader/{_name(READER)}"]
    shell += [assets().url(part) for part in PARTS]
    given = b"self.VERSION=%b;self.SHELL=%b;\n" % (msgspec.json.encode(version()), msgspec.json.encode(shell))
    script = given + assets().file(_name(WORKER), "")[0]
    return Variants(script, "text/javascript; charset=utf-8", version())


@cache
def _manifest(language: str) -> Variants:
    icons = [
        {"src": assets().url(f"scan/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png",
         "purpose": "any maskable"}
        for size in (192, 512)
    ]  # fmt: skip
    told = {
        "id": "/scan",
        **{key: languages.translated(name, language) for key, name in NAMES.items()},
        "start_url": "/scan",
        "scope": "/scan",
        "display": "standalone",
        "orientation": "any",
        "background_color": BACKGROUND,
        "theme_color": BACKGROUND,
        "icons": [*icons, {"src": assets().url("scan/icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return Variants(msgspec.json.encode(told), "application/manifest+json", f"{version()}-{language}")


@cache
def _words() -> dict[str, dict[str, str]]:
    """What the screens say, by language; refusals by their codes, in every language."""
    said: dict[str, dict[str, str]] = {}
    words = msgspec.json.decode(assets().file(_name(WORDS), "")[0], type=list[str])
    for language in languages.SPOKEN:
        told = {kind.code: languages.translated(kind.__doc__ or "", language) for kind in REFUSALS}
        foreign = words if language != languages.ORIGINAL else []
        said[language] = told | {word: languages.translated(word, language) for word in foreign}
    return said


def _name(entry: str) -> str:
    return assets().url(entry).removeprefix(PATH)


def _dressed(answer: Response[bytes]) -> Response[bytes]:
    answer.headers.update(HEADERS)
    return answer


HANDLERS: list[HTTPRouteHandler] = [show, reader, worker, manifest]
