import pytest

from awac_ros.console.words import Kind, Word, read_word
from awac_ros.errors import AwacError


def test_a_word_is_read_as_it_was_said() -> None:
    assert read_word('{"kind": "drive", "direction": [-1, 0.5]}') == Word(Kind.DRIVE, (-1.0, 0.5))
    assert read_word('{"kind": "mark", "text": "success"}') == Word(Kind.MARK, text="success")
    assert read_word('{"kind": "pause", "on": true}') == Word(Kind.PAUSE, on=True)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"kind": "fly"}', '{"kind": "drive", "direction": [1]}', '{"kind": "drive", "direction": 3}'],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(AwacError, match="load the page again"):
        read_word(text)


@pytest.mark.parametrize("direction", ["[2, 0]", "[NaN, 0]", "[0, -Infinity]"])
def test_a_direction_beyond_full_speed_is_refused(direction: str) -> None:
    with pytest.raises(AwacError, match="must lie in"):
        read_word(f'{{"kind": "drive", "direction": {direction}}}')
