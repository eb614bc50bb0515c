"""The door of the operator's page, knocked at by real requests."""

import queue
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from awac_ros.console.access import COOKIE, Access
from awac_ros.console.web import Handlers, PageServer
from awac_ros.console.words import Kind, Word
from awac_ros.errors import AwacError

PATIENCE = 20.0


class Door:
    """A page server, and what it is told."""

    def __init__(self, access: Access) -> None:
        self.heard: queue.Queue = queue.Queue()
        self.lost: queue.Queue = queue.Queue()
        handlers = Handlers(lambda page, word: self.heard.put((page, word)), self.lost.put)
        self.server = PageServer(access, 0, 1, handlers)
        self.address = f"127.0.0.1:{self.server.port}"

    def get(self, path: str, **headers: str) -> tuple[int, str, str]:
        """Status, kind and text, without following anybody elsewhere."""
        request = urllib.request.Request(f"http://{self.address}{path}", headers=headers)
        try:
            with urllib.request.build_opener(Stay).open(request, timeout=PATIENCE) as reply:
                return reply.status, reply.headers["Content-Type"], reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers.get("Set-Cookie", ""), error.read().decode()

    def socket(self, **arguments):
        return connect(f"ws://{self.address}/socket", **arguments)


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door(Access("127.0.0.1"))
    yield door
    door.server.close()


@pytest.fixture
def guarded() -> Iterator[Door]:
    door = Door(Access("0.0.0.0", "secret"))
    yield door
    door.server.close()


def test_the_page_its_parts_and_the_view_are_served(door: Door) -> None:
    for path, kind, text in (
        ("/", "text/html", "STOP"),
        ("/drive.js", "text/javascript", "ArrowUp"),
        ("/view/", "text/html", "<html"),
    ):
        status, said, body = door.get(path)
        assert status == 200 and said.startswith(kind) and text in body
    assert door.get("/../pyproject.toml")[0] == 404


def test_words_come_in_order_and_the_end_of_the_page_last(door: Door) -> None:
    with door.socket() as page:
        page.send('{"kind": "stop"}')
        page.send('{"kind": "mark", "text": "start"}')
    (name, first), (_, second) = (door.heard.get(timeout=PATIENCE) for _ in range(2))
    assert (first, second) == (Word(Kind.STOP), Word(Kind.MARK, text="start"))
    assert door.lost.get(timeout=PATIENCE) == name


def test_a_page_that_speaks_nonsense_is_told_so_and_let_go(door: Door) -> None:
    with door.socket() as page:
        page.send("fly!")
        with pytest.raises(ConnectionClosed, match="load the page again"):
            page.recv(timeout=PATIENCE)


def test_what_is_remembered_is_said_to_a_page_that_comes_later(door: Door) -> None:
    door.server.tell("history", {"returns": [1.0]}, remember=True)
    with door.socket() as page:
        assert page.recv(timeout=PATIENCE) == '{"kind": "history", "returns": [1.0]}'


def test_a_page_of_another_site_is_kept_out_of_the_socket(door: Door) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        door.socket(origin="http://evil.example")


def test_without_the_token_nothing_is_served_to_another_address(guarded: Door) -> None:
    for path in ("/", "/console.js", "/view/"):
        assert guarded.get(path)[0] == 403
    with pytest.raises(InvalidStatus, match="403"):
        guarded.socket()


def test_the_address_with_its_token_opens_the_page_and_the_token_leaves_the_address_bar(guarded: Door) -> None:
    assert guarded.server.url.endswith("/?token=secret")
    status, cookie, _ = guarded.get("/?token=secret")
    assert status == 303 and cookie.startswith(f"{COOKIE}=secret; HttpOnly; SameSite=Strict")
    assert guarded.get("/", Cookie=f"{COOKIE}=secret")[0] == 200


def test_an_address_that_is_not_this_machines_is_refused_in_words() -> None:
    with pytest.raises(AwacError, match=r"no page on 203\.0\.113\.1, port 8080"):
        PageServer(Access("203.0.113.1"), 8080, 1, Handlers(lambda page, word: None, lambda page: None))
