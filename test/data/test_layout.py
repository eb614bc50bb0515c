import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awac_ros.data import Field, Layout
from awac_ros.errors import AwacError

ranges = st.lists(st.floats(allow_nan=False, width=32), min_size=1, max_size=4).map(tuple)
fields = st.builds(
    lambda name, ends: Field(name, "m", "base", ends, ends),
    st.from_regex(r"[a-z][a-z_0-9]{0,8}", fullmatch=True),
    ranges,
)
layouts = st.builds(
    Layout,
    task=st.text(max_size=8),
    observation=st.lists(fields, max_size=4, unique_by=lambda field: field.name).map(tuple),
    action=st.lists(fields, max_size=2, unique_by=lambda field: field.name).map(tuple),
    control_period=st.floats(0.001, 10.0) | st.integers(1, 10),
)


@settings(deadline=None, max_examples=40)
@given(layouts)
def test_a_layout_comes_back_from_its_text_with_the_same_hash(layout):
    again = Layout.from_json(layout.to_json())
    assert again == layout
    assert again.hash == layout.hash


@settings(deadline=None, max_examples=40)
@given(layouts)
def test_the_fields_cover_the_observation_in_order(layout):
    entries = np.arange(layout.observation_size)
    parts = [entries[layout.slice(field.name)].tolist() for field in layout.observation]
    assert [entry for part in parts for entry in part] == entries.tolist()
    assert len(layout.observation_low) == len(layout.observation_high) == layout.observation_size


def test_everything_that_changes_the_meaning_of_a_number_changes_the_hash(layout):
    hand, height = layout.observation
    changed = [
        dataclasses.replace(layout, task="other"),
        dataclasses.replace(layout, control_period=0.05),
        dataclasses.replace(layout, observation=(height, hand)),
        dataclasses.replace(layout, observation=(dataclasses.replace(hand, frame="tip"), height)),
        dataclasses.replace(layout, observation=(dataclasses.replace(hand, unit="mm"), height)),
        dataclasses.replace(layout, observation=(dataclasses.replace(hand, low=(0.4, -0.2)), height)),
        dataclasses.replace(layout, action=(dataclasses.replace(layout.action[0], unit="0.1 m/s"),)),
    ]
    assert len({layout.hash, *(other.hash for other in changed)}) == len(changed) + 1


def test_whole_numbers_given_as_integers_mean_the_same(layout):
    one = dataclasses.replace(layout, control_period=1, observation=(Field("x", "m", "base", (0,), (1,)),))
    other = dataclasses.replace(layout, control_period=1.0, observation=(Field("x", "m", "base", (0.0,), (1.0,)),))
    assert one.hash == other.hash


def test_an_unknown_field_is_a_key_error(layout):
    with pytest.raises(KeyError):
        layout.slice("elbow")


def test_data_of_another_task_is_refused_with_both_names(layout, other_layout):
    layout.check_same(Layout.from_json(layout.to_json()), "demos.hdf5")
    with pytest.raises(AwacError, match=r"demos\.hdf5 holds data of task lifting .* task sliding"):
        layout.check_same(other_layout, "demos.hdf5")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"task": "x"}', '{"observation": [{"name": 1}]}'])
def test_text_that_is_no_layout_is_refused_by_name(text):
    with pytest.raises(AwacError, match="demos.hdf5: not a layout"):
        Layout.from_json(text, "demos.hdf5")


def test_fields_that_make_no_sense_are_refused(layout):
    with pytest.raises(AwacError, match="equally long"):
        Field("x", "m", "base", (0.0,), (1.0, 2.0))
    with pytest.raises(AwacError, match="not empty"):
        Field("x", "m", "base", (), ())
    with pytest.raises(AwacError, match="letters"):
        Field("obs/x", "m", "base", (0.0,), (1.0,))
    with pytest.raises(AwacError, match="share a name"):
        dataclasses.replace(layout, observation=layout.observation * 2)
