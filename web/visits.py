"""The browser behind a call: its cookies, its language, and the token that its forms carry.

Every browser has a random cookie; a form's token is an HMAC of it, so a page of another site can neither read nor make
one. Signing in changes the cookie of the session, not this one. Cookies are ours alone (`HttpOnly`, `SameSite=Lax`),
and bound to this host and to TLS where the site has it. A notice ("Saved.") waits in a cookie for the next page.

In a frame on another site browsers keep no cookies of ours. There the address carries a secret, `Carried`, which stands
for the browser: its token derives from it, and what else would be a cookie is kept by us.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote, unquote

from litestar.types import HTTPScope

from ticketing.refusals import FormStale
from web import languages

COOKIE_CHARS_MAX = 4000
NOTICE_CHARS_MAX = 500
YEAR_S = 31_536_000
VISIT, LANGUAGE, NOTICE = "visit", "language", "notice"
SET = "cookies_to_set"
CARRIED = "carried_visit"


class Carried:
    """A visit whose address stands for its browser: the secret there, and what is kept for it by cookies' names."""

    def __init__(self, secret: str, kept: dict[str, str]) -> None:
        self.secret, self.kept, self.changed = secret, kept, False

    @property
    def browser(self) -> str:
        """What the browser's own cookie would hold."""
        return hashlib.sha256(b"browser " + self.secret.encode()).hexdigest()

    def keep(self, name: str, value: str) -> None:
        """Keep a cookie, or forget it where it is empty; the latest is the last."""
        had = self.kept.pop(name, "")
        if value:
            self.kept[name] = value
        self.changed = self.changed or had != value


class Visit:
    """One call's view of its browser; what it sets travels with the answer (`web.entrance`)."""

    def __init__(self, scope: HTTPScope, secret: bytes, secure: bool) -> None:
        self._scope, self._secret, self._secure = scope, secret, secure
        self.chosen: str | None = None
        """The language the person who is signed in has chosen."""

    def cookie(self, name: str, path: str = "/") -> str:
        """A cookie by its short name, or an empty text; one that is kept for a `path`, by that too."""
        return self._cookies.get(self._named(name, path), "")

    def keep(self, name: str, value: str, seconds: int | None, path: str = "/") -> None:
        """Set a cookie: for so long, or (None) until the browser is closed; sent to addresses below `path` alone."""
        named = self._named(name, path)
        self._cookies[named] = value
        if self.carried and path == "/":
            self.carried.keep(named, value)
            return
        lasting = "" if seconds is None else f"; Max-Age={seconds}"
        secure = "; Secure" if self._secure else ""
        text = f"{named}={quote(value)}; Path={path}; HttpOnly; SameSite=Lax{lasting}{secure}"
        self._set.append((b"set-cookie", text.encode()))

    def drop(self, name: str, path: str = "/") -> None:
        """Take a cookie back."""
        self.keep(name, "", 0, path)

    @property
    def carried(self) -> Carried | None:
        """What stands for the browser, where that keeps no cookies."""
        found: Carried | None = self._scope["state"].get(CARRIED)
        return found

    @cached_property
    def language(self) -> str:
        """The language to speak: as chosen by the person, by this browser here, or in its settings."""
        for tag in (self.chosen or "", self.cookie(LANGUAGE)):
            if tag[:2] in languages.SPOKEN:
                return tag[:2]
        return languages.best(self._header(b"accept-language"))

    @cached_property
    def token(self) -> str:
        """What this browser's forms carry."""
        if not self.cookie(VISIT):
            self.keep(VISIT, secrets.token_urlsafe(24), YEAR_S)
        visit = self.cookie(VISIT).encode()
        return hmac.new(self._secret, b"form " + visit, hashlib.sha256).hexdigest()

    @property
    def browser(self) -> str:
        """The random text that this browser is known by, and nobody else; given to it if it has none."""
        assert self.token, "making the token makes the cookie"
        return self.cookie(VISIT)

    def beginning(self, prefix: str) -> list[str]:
        """The values of all cookies whose short names begin so."""
        start = self._named(prefix)
        return [value for name, value in self._cookies.items() if name.startswith(start)]

    def ensure_own(self, token: str) -> None:
        """Raises FormStale unless a form comes from a page that this browser was given by us."""
        site = self._header(b"sec-fetch-site")
        foreign = bool(site) and site not in ("same-origin", "none")
        if foreign or not self.cookie(VISIT) or not hmac.compare_digest(self.token, token):
            raise FormStale()

    def tell(self, text: str) -> None:
        """Leave a notice for the next page."""
        self.keep(NOTICE, text[:NOTICE_CHARS_MAX], 60)

    def told(self) -> str:
        """The notice left by the page before, once."""
        text = self.cookie(NOTICE)
        if text:
            self.drop(NOTICE)
        return text

    @cached_property
    def _cookies(self) -> dict[str, str]:
        if self.carried:
            return self.carried.kept | {self._named(VISIT): self.carried.browser}
        try:
            parsed: Mapping[str, Any] = SimpleCookie(self._header(b"cookie")[:COOKIE_CHARS_MAX])
        except CookieError:
            return {}
        return {name: unquote(morsel.value) for name, morsel in parsed.items()}

    @property
    def _set(self) -> list[tuple[bytes, bytes]]:
        found: list[tuple[bytes, bytes]] = self._scope["state"].setdefault(SET, [])
        return found

    def _named(self, name: str, path: str = "/") -> str:
        """Browsers bind `__Host-` to this host alone, but take it only for the whole of it (RFC 6265bis, 4.1.3)."""
        if not self._secure:
            return f"placeur-{name}"
        return f"__Host-placeur-{name}" if path == "/" else f"__Secure-placeur-{name}"

    def _header(self, name: bytes) -> str:
        return next((value.decode("latin-1") for key, value in self._scope["headers"] if key == name), "")
