"""Bags of rosbag2 in MCAP, as `ros2 bag record` writes them and `ros2 bag play` plays them; no ROS is needed.

    transitions     awac_msgs/msg/Transitions, one step a message
    episode/status  awac_msgs/msg/EpisodeStatus, one at an episode's end
    layout          std_msgs/msg/String, the layout as JSON; our own bags alone, others need the task's name
    reward_rule     std_msgs/msg/String, what the rewards are; our own bags alone

A bag that was recorded from a running graph holds the first two; namespaces before the names don't matter.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from awac_ros.data import wire
from awac_ros.data.atomic import atomic_folder
from awac_ros.data.data_set import DataSet, Key, Track, assemble, key_of, untracked
from awac_ros.data.episode import Episode, Outcome
from awac_ros.data.formats.format import Format, ReadOptions, needing, one_line, refuse_existing
from awac_ros.data.labels import UNSAID, named_rule
from awac_ros.data.layout import Layout
from awac_ros.data.transitions import Transitions
from awac_ros.errors import AwacError
from awac_ros.resources import resource

if TYPE_CHECKING:
    from rosbags.interfaces import Connection
    from rosbags.typesys.store import Typestore

_TRANSITIONS, _STATUS, _STRING = "awac_msgs/msg/Transitions", "awac_msgs/msg/EpisodeStatus", "std_msgs/msg/String"
_LAYOUT, _RULE = "layout", "reward_rule"
"""The topics of texts."""
_DAMAGE = (OSError, ValueError, LookupError, ArithmeticError, MemoryError, struct.error)
"""What reading a damaged bag can raise, beside the library's own errors."""
_ENDED = 2
"""EpisodeStatus.ENDED."""
_OUTCOMES = {0: Outcome.UNKNOWN, 1: Outcome.SUCCESS, 2: Outcome.FAILURE, 3: Outcome.DISCARDED}
"""EpisodeStatus.UNDECIDED, SUCCESS, FAILURE, DISCARDED."""


class Bag(Format):
    """Holds everything but masks."""

    name = "bag"
    is_folder = True

    def recognises(self, path: Path) -> bool:
        return (path / "metadata.yaml").is_file()

    def read(self, path: Path, options: ReadOptions, track: Track = untracked) -> DataSet:
        self.refuse_mask(path, options)
        self.refuse_success_reward(path, options)
        messages = _messages(path, track)
        layout = _layout(path, messages, options)
        parts = [Transitions.empty(layout)]
        for message in messages[_TRANSITIONS]:
            if message.layout_hash != layout.hash:
                raise AwacError(
                    f"{path}: it holds transitions of layout {message.layout_hash}, but task {layout.task} has "
                    f"{layout.hash}; name the task that was recorded"
                )
            try:
                parts.append(wire.from_flat_columns(message, layout))
            except AwacError as error:
                raise AwacError(f"{path}: {error}") from error
        ends = [message for message in messages[_STATUS] if message.state == _ENDED]
        outcomes = {(message.actor_id, int(message.episode)): _OUTCOMES[int(message.outcome)] for message in ends}
        rows, repeated = _once(Transitions.concatenate(parts))
        episodes, broken = assemble(rows, outcomes, str(path))
        remarks = [f"{path}: {repeated} steps came more than once and are taken once"] if repeated else []
        if unjudged := sum(episode.outcome is Outcome.UNKNOWN for episode in episodes.values()):
            remarks.append(f"{path} does not say of {unjudged} episodes whether they were a success")
        rule = named_rule(messages[_RULE][0].data, str(path)) if messages[_RULE] else UNSAID
        return DataSet(str(path), layout, episodes, broken, remarks=tuple(remarks), rule=rule)

    def write(self, path: Path, data: DataSet, track: Track = untracked) -> None:
        with needing("rosbags"):
            from rosbags.rosbag2 import StoragePlugin, Writer

        refuse_existing(path)
        types = _types()
        with atomic_folder(path) as folder, Writer(folder, version=9, storage_plugin=StoragePlugin.MCAP) as bag:
            kinds = {_LAYOUT: _STRING, _RULE: _STRING, "transitions": _TRANSITIONS, "episode/status": _STATUS}
            topics = {name: bag.add_connection(f"/{name}", kind, typestore=types) for name, kind in kinds.items()}

            def send(topic: str, seconds: float, message: Any) -> None:
                bag.write(topics[topic], round(seconds * 1e9), types.serialize_cdr(message, kinds[topic]))

            first = min(episode.transitions.step_time[0] for episode in data.episodes.values())
            for topic, text in ((_LAYOUT, data.layout.to_json()), (_RULE, data.rule)):
                send(topic, first, types.types[_STRING](data=text))
            for episode in track(list(data.episodes.values()), f"writing {path}"):
                rows = episode.transitions
                for step, seconds in enumerate(rows.step_time):
                    send("transitions", seconds, _step_message(types, rows[step : step + 1], data.layout))
                end = float(rows.step_time[-1]) + data.layout.control_period
                send("episode/status", end, _status_message(types, episode, end))


def _types() -> Typestore:
    """ROS 2's own message types, and those of awac_msgs that a bag holds."""
    from rosbags.typesys import Stores, get_types_from_msg, get_typestore

    types = get_typestore(Stores.ROS2_KILTED)
    for kind in (_TRANSITIONS, _STATUS):
        text = resource(f"{kind}.msg").read_text()
        types.register(get_types_from_msg(text, kind))
    return types


def _messages(path: Path, track: Track) -> dict[str, list[Any]]:
    """Transitions and statuses by their kind, texts by their topic, in the order of their times.

    AwacError where the bag can't be read.
    """
    with needing("rosbags"):
        from rosbags.rosbag2 import Reader
        from rosbags.rosbag2.errors import ReaderError
        from rosbags.serde import SerdeError

    found: dict[str, list[Any]] = {name: [] for name in (_TRANSITIONS, _STATUS, _LAYOUT, _RULE)}
    types = _types()
    try:
        with Reader(path) as bag:
            names = {each.id: _name(each) for each in bag.connections}
            wanted = [each for each in bag.connections if names[each.id] in found]
            if _TRANSITIONS not in names.values():
                raise AwacError(f"{path}: no topic in it carries transitions; record /transitions and /episode/status")
            for connection, _, content in track(bag.messages(connections=wanted), f"reading {path}"):
                found[names[connection.id]].append(types.deserialize_cdr(content, connection.msgtype))
    except (ReaderError, SerdeError, *_DAMAGE) as error:
        raise AwacError(f"{path} is damaged or no bag of rosbag2 ({one_line(error)}); restore a copy") from error
    return found


def _name(connection: Connection) -> str:
    """The kind of its messages, or of texts the topic without its namespace."""
    return connection.topic.rpartition("/")[2] if connection.msgtype == _STRING else connection.msgtype


def _layout(path: Path, messages: dict[str, list[Any]], options: ReadOptions) -> Layout:
    if messages[_LAYOUT]:
        return options.fit(Layout.from_json(messages[_LAYOUT][0].data, str(path)), str(path))
    if options.layout is None:
        raise AwacError(f"{path}: a bag from a running graph does not say its layout; name its task with --task")
    return options.layout


def _once(rows: Transitions) -> tuple[Transitions, int]:
    """The first of each step, since a bag may hold a repeated delivery; and how many others there were."""
    keys: dict[tuple[Key, int], int] = {}
    columns = zip(rows.actor_id.tolist(), rows.episode.tolist(), rows.step.tolist(), strict=True)
    for place, (actor, episode, step) in enumerate(columns):
        keys.setdefault(((actor, episode), step), place)
    return rows[np.array(list(keys.values()), np.int64)], len(rows) - len(keys)


def _step_message(types: Typestore, rows: Transitions, layout: Layout) -> Any:
    actors, columns = wire.flat_columns(rows)
    sizes = {"observation_size": layout.observation_size, "action_size": layout.action_size}
    return types.types[_TRANSITIONS](layout_hash=layout.hash, count=len(rows), **sizes, actor_ids=actors, **columns)


def _status_message(types: Typestore, episode: Episode, seconds: float) -> Any:
    whole, nanoseconds = divmod(round(seconds * 1e9), 1_000_000_000)
    stamp = types.types["builtin_interfaces/msg/Time"](sec=whole, nanosec=nanoseconds)
    actor_id, number = key_of(episode)
    return types.types[_STATUS](
        header=types.types["std_msgs/msg/Header"](stamp=stamp, frame_id=""),
        actor_id=actor_id,
        episode=number,
        state=_ENDED,
        outcome=next(code for code, outcome in _OUTCOMES.items() if outcome is episode.outcome),
        steps=len(episode),
        sum_of_rewards=episode.sum_of_rewards,
    )
