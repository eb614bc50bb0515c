"""Between episodes the actor pushes the puck back, and asks where it can't: real arm and actor, in real time."""

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped, TwistStamped

from awac_msgs.msg import ActorStatus, EpisodeMark, EpisodeStatus
from awac_msgs.srv import ResetArm
from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.graph import PUSHING
from awac_ros.nodes.messages import pose_message, position, stamp, twist
from awac_ros.tasks import Pushing

SEED = 3


def test_a_puck_out_of_reach_is_asked_for_and_one_in_reach_is_pushed_to_where_the_episode_starts(world) -> None:
    place = Pushing().sample_scene(np.random.default_rng([SEED, 0, 0])).p_base_puck
    world.start("arm", command_timeout=2.0)
    pucks = world.hear(PoseStamped, "puck_pose", qos.STATE)
    commands = world.hear(TwistStamped, "arm/command", qos.COMMAND)
    episodes = world.hear(EpisodeStatus, "episode/status", qos.EPISODES)
    actors = world.hear(ActorStatus, "actor/status", qos.LATCHED)
    marks = world.node.create_publisher(EpisodeMark, "episode/mark", qos.EVENTS)

    def put(x: float, y: float) -> None:
        tip, puck = pose_message(stamp(0.0), (0.6, 0.0, 0.06)).pose, pose_message(stamp(0.0), (x, y, 0.06)).pose
        assert world.call(ResetArm, "arm/reset", ResetArm.Request(tip=tip, puck=puck)).success

    put(0.6, 0.34)
    world.start("actor", mode="collect", seed=SEED, push_back=True, state_timeout=2.0)
    asked = f"put the puck near ({place[0]:.2f}, {place[1]:.2f}) by hand, then say START: the tip can't push the puck"
    world.until(lambda: actors and actors[-1].message.startswith(asked))
    assert [status.state for status in episodes] == [EpisodeStatus.WAITING]
    commands.clear()
    world.until(lambda: len(commands) > 5)
    assert not any(twist(command).any() for command in commands)

    aside = place + (0.0, -0.1 if place[1] > 0.0 else 0.1, 0.0)
    put(*aside[:2])
    world.until(lambda: np.linalg.norm((position(pucks[-1]) - aside)[:2]) < 5e-3)
    pucks.clear()
    marks.publish(EpisodeMark(mark=EpisodeMark.START))
    world.until(lambda: "START on episode/mark" in actors[-1].message or "the recorder" in actors[-1].message)
    way = np.array([position(message)[:2] for message in pucks])
    assert np.linalg.norm(way[-1] - place[:2]) < 5e-3, "the simulated puck is put in place in the end"
    assert np.linalg.norm(np.diff(way, axis=0), axis=1).max() < 0.03, "and was pushed there until then"


def test_it_goes_with_real_time_alone_and_is_off_unless_asked_for() -> None:
    with pytest.raises(AwacError, match="push_back:=true goes with real time"):
        PUSHING.plan({"mode": "collect", "lockstep": "true", "push_back": "true"})
    (actor,) = (start for start in PUSHING.plan({"mode": "collect"}) if start.name == "actor")
    assert actor.parameters["push_back"] is False
