import dataclasses

import numpy as np
import pytest

from awac_ros.data import Outcome, formats
from awac_ros.data.data_set import key_of
from awac_ros.errors import AwacError

BAG = formats.FORMATS["bag"]


@pytest.fixture
def bag(tmp_path, data):
    BAG.write(tmp_path / "new", data)
    return tmp_path / "new"


def test_the_mcap_library_and_ros_itself_read_what_we_write(bag, data, layout, assert_same):
    reader = pytest.importorskip("mcap.reader", reason="mcap is not installed")
    serialization = pytest.importorskip("rclpy.serialization", reason="ROS 2 is not installed")
    from awac_msgs.msg import EpisodeStatus, Transitions
    from awac_ros.nodes.messages import transitions_from_message

    steps, ends = [], []
    with (bag / "new.mcap").open("rb") as file:
        opened = reader.make_reader(file, validate_crcs=True)
        for schema, channel, message in opened.iter_messages():
            if channel.topic == "/transitions":
                assert (schema.name, channel.message_encoding) == ("awac_msgs/msg/Transitions", "cdr")
                read = transitions_from_message(serialization.deserialize_message(message.data, Transitions), layout)
                steps.append(read)
                assert message.log_time == round(read.step_time[0] * 1e9)
            elif channel.topic == "/episode/status":
                ends.append(serialization.deserialize_message(message.data, EpisodeStatus))
    assert len(steps) == len(data)
    expected = {key_of(episode): episode for episode in data.episodes.values()}
    for end in ends:
        episode = expected.pop((end.actor_id, end.episode))
        assert (end.state, end.steps) == (EpisodeStatus.ENDED, len(episode))
        assert (
            end.outcome
            == {
                Outcome.UNKNOWN: EpisodeStatus.UNDECIDED,
                Outcome.SUCCESS: EpisodeStatus.SUCCESS,
                Outcome.FAILURE: EpisodeStatus.FAILURE,
                Outcome.DISCARDED: EpisodeStatus.DISCARDED,
            }[episode.outcome]
        )
        assert end.sum_of_rewards == pytest.approx(episode.sum_of_rewards)
        mine = [row for row in steps if (str(row.actor_id[0]), int(row.episode[0])) == key_of(episode)]
        assert_same(type(mine[0]).concatenate(mine), episode.transitions)
    assert not expected


def rewritten(bag, target, keep=lambda topic: True, twice=()):
    """A copy of the bag under a namespace, with some topics only, and some messages delivered twice."""
    from rosbags.rosbag2 import Reader, StoragePlugin, Writer

    from awac_ros.data.formats.bag import _types

    with Reader(bag) as old, Writer(target, version=9, storage_plugin=StoragePlugin.SQLITE3) as new:
        topics = {
            each.id: new.add_connection(f"/left{each.topic}", each.msgtype, typestore=_types())
            for each in old.connections
            if keep(each.topic)
        }
        for place, (connection, time, content) in enumerate(old.messages()):
            if connection.id in topics:
                for _ in range(1 + (place in twice)):
                    new.write(topics[connection.id], time, content)
    return target


def test_a_bag_of_a_running_graph_needs_the_tasks_name_and_may_repeat_itself(
    bag, data, layout, tmp_path, assert_same_episodes
):
    live = rewritten(bag, tmp_path / "live", keep=lambda topic: topic != "/layout", twice=(3, 7))
    with pytest.raises(AwacError, match="live: a bag from a running graph does not say its layout; name its task"):
        formats.read(live)
    found = formats.read(live, formats.ReadOptions(layout=layout))
    by_key = {key_of(episode): episode for episode in found.episodes.values()}
    ordered = {name: by_key[key_of(episode)] for name, episode in data.episodes.items()}
    assert_same_episodes(dataclasses.replace(found, episodes=ordered), data)
    assert f"{live}: 2 steps came more than once and are taken once" in found.remarks


def test_an_episode_with_a_hole_is_named(bag, data, tmp_path, layout):
    from rosbags.rosbag2 import Reader, Writer

    from awac_ros.data.formats.bag import _types

    types = _types()
    with Reader(bag) as old, Writer(tmp_path / "torn", version=9) as new:
        topics = {each.id: new.add_connection(each.topic, each.msgtype, typestore=types) for each in old.connections}
        for connection, time, content in old.messages():
            message = types.deserialize_cdr(content, connection.msgtype)
            if connection.topic != "/transitions" or (int(message.episode[0]), int(message.step[0])) != (2, 5):
                new.write(topics[connection.id], time, content)
    found = formats.read(tmp_path / "torn")
    assert len(found.episodes) == 3
    (sentence,) = found.broken.values()
    assert sentence == f"{tmp_path}/torn: 00000000_2 lacks 1 of its 8 steps (5)"


def test_transitions_of_another_layout_are_refused(bag, tmp_path, other_layout):
    live = rewritten(bag, tmp_path / "live", keep=lambda topic: topic != "/layout")
    with pytest.raises(AwacError, match="live: it holds transitions of layout .*, but task lifting has"):
        formats.read(live, formats.ReadOptions(layout=other_layout))


def test_bags_that_can_not_be_used_are_refused(bag, tmp_path):
    other = rewritten(bag, tmp_path / "other", keep=lambda topic: topic == "/layout")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "metadata.yaml").write_text("hello")
    with pytest.raises(AwacError, match="empty is damaged or no bag of rosbag2"):
        formats.read(tmp_path / "empty")
    with pytest.raises(AwacError, match="other: no topic in it carries transitions"):
        formats.read(other)
    content = (bag / "new.mcap").read_bytes()
    (bag / "new.mcap").write_bytes(content[: len(content) // 2])
    with pytest.raises(AwacError, match="new is damaged or no bag of rosbag2"):
        formats.read(bag)


def test_times_are_kept_to_the_last_bit(bag, data):
    read = formats.read(bag)
    for episode in data.episodes.values():
        (same,) = [each for each in read.episodes.values() if key_of(each) == key_of(episode)]
        np.testing.assert_array_equal(same.transitions.step_time, episode.transitions.step_time)
