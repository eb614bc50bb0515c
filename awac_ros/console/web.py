"""One port for the operator's page: its text, its socket, and the 3-D view behind the same door."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import viser
from websockets.asyncio.client import connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from awac_ros.console.access import COOKIE, Access
from awac_ros.console.words import Word, read_word
from awac_ros.errors import AwacError
from awac_ros.resources import resource

_SOCKET, _VIEW = "/socket", "/view"
_PORTS = 20
"""How many ports are tried, from the one asked for on."""
_ONLY_THE_CANVAS = "<style>[data-dock-pane], .mantine-Paper-root { display: none !important; }</style></head>"
"""The page has controls of its own beside the view."""
_HEADERS = {"Cache-Control": "no-cache", "Content-Security-Policy": "frame-ancestors 'self'"}
_QUIET = logging.getLogger("awac_ros.console")
_QUIET.setLevel(logging.CRITICAL)  # a browser that gives up a connection half made is no news


@dataclass(frozen=True)
class Handlers:
    """Called from the server's thread."""

    take: Callable[[str, Word], None]
    """A page has said a word."""
    lost: Callable[[str], None]
    """A page is gone."""


class PageServer:
    """Serves the page to every browser that `access` lets in; ends with `close`."""

    def __init__(
        self, access: Access, port: int, view_port: int, handlers: Handlers, front: str = "console.html"
    ) -> None:
        """Listens at once; `front`, of web/, is the page itself. AwacError if no port from `port` on is free."""
        self._access = access
        self._view = f"ws://127.0.0.1:{view_port}/"
        self._handlers = handlers
        self._files = _files(front)
        self._pages: dict[str, ServerConnection] = {}
        self._greetings: dict[str, str] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="page server", daemon=True)
        self._thread.start()
        self._server = self._wait(self._listen(port))
        self.port = self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        """The address to open, with its token where one is needed."""
        host = f"[{self._access.host}]" if ":" in self._access.host else self._access.host
        token = f"?token={self._access.token}" if self._access.needs_token else ""
        return f"http://{host}:{self.port}/{token}"

    @property
    def pages(self) -> tuple[str, ...]:
        """The pages that are open."""
        return tuple(self._pages)

    def tell(self, kind: str, value: Mapping[str, Any], page: str | None = None, remember: bool = False) -> None:
        """Say something to one page or to all; what is remembered is said to every later page first."""
        text = json.dumps({"kind": kind, **value})
        if remember:
            self._greetings[kind] = text
        self._send(text, page)

    def show(self, picture: bytes) -> None:
        """A picture (JPEG or PNG) for all pages."""
        self._send(picture, None)

    def close(self) -> None:
        self._wait(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _listen(self, port: int) -> Server:
        for candidate in range(port, port + (_PORTS if port else 1)):
            try:
                return await serve(
                    self._serve_socket,
                    self._access.host,
                    candidate,
                    process_request=self._serve_file,
                    select_subprotocol=lambda _, offered: offered[0] if offered else None,
                    compression=None,
                    max_size=None,
                    logger=_QUIET,
                )
            except OSError as error:
                reason = error.strerror
        raise AwacError(
            f"console: no page on {self._access.host}, port {port} or one of the next {_PORTS}: {reason}; "
            "give another console_port:= or host"
        )

    async def _shut(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    def _serve_file(self, connection: ServerConnection, request: Request) -> Response | None:
        headers, path = request.headers, urlsplit(request.path).path
        refusal = self._access.refusal(
            headers.get("Host", ""), headers.get("Origin"), request.path, headers.get("Cookie", "")
        )
        if refusal is not None:
            return _response(HTTPStatus.FORBIDDEN, f"{refusal}\n".encode())
        if headers.get("Upgrade", "").lower() == "websocket":
            return None if path in (_SOCKET, _VIEW) else _response(HTTPStatus.NOT_FOUND)
        if self._access.needs_token and self._access.has_token(request.path):
            cookie = f"{COOKIE}={self._access.token}; HttpOnly; SameSite=Strict; Path=/"
            return _response(HTTPStatus.SEE_OTHER, **{"Location": "/", "Set-Cookie": cookie})
        if path not in self._files:
            return _response(HTTPStatus.NOT_FOUND)
        kind, body = self._files[path]
        return _response(HTTPStatus.OK, body, **{"Content-Type": kind})

    async def _serve_socket(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        if urlsplit(connection.request.path).path == _VIEW:
            await self._bridge(connection)
        else:
            await self._serve_page(connection)

    async def _serve_page(self, connection: ServerConnection) -> None:
        page = uuid.uuid4().hex
        try:
            for greeting in list(self._greetings.values()):
                await connection.send(greeting)
            self._pages[page] = connection
            async for text in connection:
                self._handlers.take(page, read_word(text))
        except ConnectionClosed:
            pass
        except AwacError as error:
            await connection.close(1008, str(error)[:120])
        finally:
            self._pages.pop(page, None)
            self._handlers.lost(page)

    async def _bridge(self, browser: ServerConnection) -> None:
        """The view's own socket, word by word."""
        protocols = [browser.subprotocol] if browser.subprotocol else None
        async with connect(self._view, subprotocols=protocols, compression=None, max_size=None) as view:
            ways = [asyncio.ensure_future(_pass_on(*way)) for way in ((browser, view), (view, browser))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()

    def _send(self, message: str | bytes, page: str | None) -> None:
        self._loop.call_soon_threadsafe(self._send_now, message, page)

    def _send_now(self, message: str | bytes, page: str | None) -> None:
        for name, connection in list(self._pages.items()):
            # A page that can't keep up misses pictures and states, never the newest one for long.
            if page in (None, name) and connection.transport.get_write_buffer_size() < 2**20:
                self._loop.create_task(_say(connection, message))


async def _say(connection: ServerConnection, message: str | bytes) -> None:
    try:
        await connection.send(message)
    except ConnectionClosed:
        return


async def _pass_on(source: Any, target: Any) -> None:
    try:
        async for message in source:
            await target.send(message)
    except ConnectionClosed:
        return


def _files(front: str) -> dict[str, tuple[str, bytes]]:
    """By path: the kind of text and its bytes."""
    kinds = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript"}
    files = {f"/{file.name}": (kinds[file.suffix], file.read_bytes()) for file in resource("web").iterdir()}
    files["/"] = files[f"/{front}"]
    view = (Path(viser.__file__).parent / "client" / "build" / "index.html").read_text()
    files[f"{_VIEW}/"] = (kinds[".html"], view.replace("</head>", _ONLY_THE_CANVAS, 1).encode())
    return files


def _response(status: HTTPStatus, body: bytes = b"", **headers: str) -> Response:
    length = {"Content-Length": str(len(body)), "Connection": "close"}
    return Response(status, status.phrase, Headers({**_HEADERS, **length, **headers}), body)
