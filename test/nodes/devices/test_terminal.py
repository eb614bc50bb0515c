import pytest

from awac_ros.nodes.devices.terminal import KeyEvent, KeyParser, Kind


def pressed(*keys: str) -> list[KeyEvent]:
    return [KeyEvent(Kind.PRESSED, key) for key in keys]


@pytest.mark.parametrize(
    ("data", "events"),
    [
        (b"wY\r \t", pressed("w", "y", "enter", "space", "tab")),
        (b"\x1b[A\x1bOB\x1b[C\x1b[D", pressed("up", "down", "right", "left")),
        (b"\x1b[119u\x1b[119;1:2u", [*pressed("w"), KeyEvent(Kind.REPEATED, "w")]),
        (b"\x1b[119;1:3u\x1b[1;1:3A", [KeyEvent(Kind.RELEASED, "w"), KeyEvent(Kind.RELEASED, "up")]),
        (b"\x1b[119:87;2:1u", pressed("w")),
        (b"\x1b[99;5u", pressed("ctrl+c")),
        (b"\x1b[13u\x1b[32u", pressed("enter", "space")),
        (b"\x1b[?11u", [KeyEvent(Kind.EXACT)]),
        (b"\x1b[?0u\x1b[?1;2c\x1b[I\x1b[3~\xc3\xa9", []),
        (b"\x1b[O", [KeyEvent(Kind.UNFOCUSED)]),
    ],
)
def test_every_kind_of_terminal_is_understood(data: bytes, events: list[KeyEvent]) -> None:
    assert KeyParser().feed(data) == events
    in_pieces, parser = [], KeyParser()
    for place in range(len(data)):
        in_pieces += parser.feed(data[place : place + 1])
    assert in_pieces == events


def test_a_lone_escape_swallows_nothing_that_follows() -> None:
    parser = KeyParser()
    assert parser.feed(b"\x1b") == []
    assert parser.feed(b" ") == pressed("escape", "space")
