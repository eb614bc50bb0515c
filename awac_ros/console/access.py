"""Who may open the operator's page: this machine alone, or whoever knows the token."""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

COOKIE = "awac_console"


def is_loopback(host: str) -> bool:
    """Whether an address, or the name localhost, means this machine alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True)
class Access:
    """The rule of one listening address.

    On loopback every program of this machine's users may come, but no page of another site: the host must be a
    loopback's, and a socket's origin the page's own. On any other address the token is asked for as well.
    """

    host: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    """Of any address but loopback."""

    @property
    def needs_token(self) -> bool:
        return not is_loopback(self.host)

    def refusal(self, host: str, origin: str | None, path: str, cookies: str) -> str | None:
        """Why a request is refused, in one sentence; None where it is let in.

        `host` and `origin` are the headers of these names, `cookies` the Cookie header.
        """
        name = urlsplit(f"//{host}").hostname or ""
        if origin is not None and urlsplit(origin).netloc != host:
            return "this page may be opened only by itself"
        if not self.needs_token:
            return None if is_loopback(name) else "open this page as http://127.0.0.1 or http://localhost"
        if self.has_token(path) or self._matches(_cookie(cookies)):
            return None
        return "the token is missing or wrong; open the address that the console printed when it started"

    def has_token(self, path: str) -> bool:
        """Whether the path's query carries the token."""
        return self._matches(parse_qs(urlsplit(path).query).get("token", [""])[0])

    def _matches(self, token: str) -> bool:
        return secrets.compare_digest(token.encode(), self.token.encode())


def _cookie(cookies: str) -> str:
    morsel = SimpleCookie(cookies).get(COOKIE)
    return morsel.value if morsel else ""
