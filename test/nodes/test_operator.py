import numpy as np
from geometry_msgs.msg import PoseStamped, TwistStamped

from awac_msgs.msg import EpisodeStatus
from awac_ros.nodes import qos
from awac_ros.nodes.messages import pose_message, seconds, stamp, twist
from awac_ros.nodes.operator import Operator
from awac_ros.nodes.scripted_operator import ScriptedOperator

TIP_DOWN = (1.0, 0.0, 0.0, 0.0)
TIP, PUCK, GOAL = np.array([0.5, 0.0, 0.06]), np.array([0.6, 0.0, 0.06]), np.array([0.65, 0.1, 0.06])


class Scene:
    """What an operator hears of arm and actor."""

    def __init__(self, world) -> None:
        node = world.node
        self.tips = node.create_publisher(PoseStamped, "tip_pose", qos.STATE)
        self.pucks = node.create_publisher(PoseStamped, "puck_pose", qos.STATE)
        self.goals = node.create_publisher(PoseStamped, "goal_pose", qos.LATCHED)
        self.statuses = node.create_publisher(EpisodeStatus, "episode/status", qos.LATCHED)
        world.until(lambda: self.tips.get_subscription_count() and self.pucks.get_subscription_count())

    def show(self, at: float) -> None:
        self.tips.publish(pose_message(stamp(at), TIP, TIP_DOWN))
        self.pucks.publish(pose_message(stamp(at), PUCK))

    def announce(self, episode: int, at: float) -> None:
        self.goals.publish(pose_message(stamp(at), GOAL))
        status = EpisodeStatus(actor_id="a", episode=episode, state=EpisodeStatus.WAITING)
        status.header.stamp = stamp(at)
        self.statuses.publish(status)


def test_in_lockstep_a_scene_seen_before_its_episode_is_announced_is_answered_by_that_episodes_person_alone(world):
    twists = world.hear(TwistStamped, "teleop/twist", qos.COMMAND)
    operator = world.host(Operator, lockstep=True)
    scene = Scene(world)

    def answers(at: float) -> list[np.ndarray]:
        return [twist(message) for message in twists if seconds(message.header.stamp) == at]

    scene.show(1.0)
    scene.announce(episode=0, at=1.0)
    world.until(lambda: answers(1.0))
    scene.show(1.1)
    world.until(lambda: answers(1.1))
    scene.show(1.3)
    world.until(lambda: operator._observer.whole_after(1.2))
    scene.announce(episode=1, at=1.3)
    world.until(lambda: answers(1.3))
    expected = ScriptedOperator(np.random.default_rng([0, 1])).answer(TIP, PUCK, GOAL)
    np.testing.assert_array_equal(answers(1.3), [expected])
