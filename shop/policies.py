"""What a browser may do with a page of a shop: who may show it in a frame, and whose scripts it runs.

As always unless something was set: nobody shows it, only our own scripts run. A page that was asked for as embedded may
be shown by the sites that the organiser named, and by ourselves, for the preview in the back office. Where visitors
look and choose, the organiser's trackers run too; not in frames, whose addresses open a cart: there the page around
hears of the same events.
"""

import re

from shop import access
from shop.doors import FRAMED
from ticketing.embeddings import Trackers
from ticketing.shops import Storefront
from web.call import Call
from web.entrance import CONTENT_SECURITY_POLICY

OPEN = re.compile(r"/shop/[^/]+/?(?:|events/[^/]+|performances/[^/]+(?:/best)?|cart)")
"""Where other people's scripts may run: where one looks and chooses, never where one says who one is and pays."""
HEADER = "content-security-policy"


def headers(call: Call, front: Storefront | None) -> dict[str, str]:
    """The policy of a page, where it is not the one of all."""
    framed = framed_by(call, front)
    trackers = trackers_of(call, front)
    return {} if framed is None and trackers is None else {HEADER: policy(framed, trackers)}


def framed_by(call: Call, front: Storefront | None) -> list[str] | None:
    """The origins whose pages may show this one beside our own; None where it is not for frames."""
    if front is None or not access.frame(call).embedded or _section(call) not in FRAMED:
        return None
    return front.embedding.origins


def trackers_of(call: Call, front: Storefront | None) -> Trackers | None:
    """The trackers that run on this page, if any do."""
    if front is None or access.frame(call).embedded or not front.embedding.any:
        return None
    return front.embedding.trackers if OPEN.fullmatch(call.scope["path"]) else None


def policy(framed: list[str] | None, trackers: Trackers | None) -> str:
    """The policy of all pages, opened for who may frame this one and for the trackers on it."""
    opened = {name: value for name, _, value in (part.partition(" ") for part in CONTENT_SECURITY_POLICY.split("; "))}
    if framed is not None:
        opened["frame-ancestors"] = " ".join(["'self'", *framed])
    if trackers is not None:
        hashes = [trackers.snippet_hash] if trackers.snippet else []
        scripts = [url.partition("?")[0] for url in trackers.script_urls]
        opened["script-src"] += "".join(f" {source}" for source in [*hashes, *scripts, *trackers.script_hosts])
        opened["img-src"] += "".join(f" {source}" for source in trackers.img_hosts)
        opened["connect-src"] += "".join(f" {source}" for source in trackers.connect_hosts)
    return "; ".join(f"{name} {value}" for name, value in opened.items())


def _section(call: Call) -> str:
    """The part of the shop that an address is in."""
    parts = call.scope["path"].split("/")
    return str(parts[3]) if len(parts) > 3 else ""
