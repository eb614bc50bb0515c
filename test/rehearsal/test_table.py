"""The person and the tracker beside the simulated robot."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped
from std_srvs.srv import Trigger

from awac_msgs.msg import ArmStatus, EpisodeStatus
from awac_ros.nodes import qos
from awac_ros.nodes.messages import pose_message, position, stamp
from awac_ros.rehearsal.bullet_joints import PUCK
from awac_ros.rehearsal.table import Table
from awac_ros.runs.monitor import Monitor

NAMESPACE = "at_the_table"
PATIENCE = 30.0


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    with Table(tmp_path, NAMESPACE) as table:
        yield table


@pytest.fixture
def graph() -> Iterator[Monitor]:
    with Monitor(NAMESPACE) as monitor:
        yield monitor


def live(table: Table, graph: Monitor, until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < deadline
        table.check()
        graph.spin(0.02)


def test_after_an_episode_the_puck_lies_elsewhere_in_the_area_and_away_from_the_tip(table, graph) -> None:
    seen, tip = [], np.array([0.6, 0.0, 0.06])
    graph.listen(PoseStamped, "puck_pose", qos.STATE, lambda message: seen.append(position(message)))
    tips = graph.node.create_publisher(PoseStamped, "tip_pose", qos.STATE)
    episodes = graph.node.create_publisher(EpisodeStatus, "episode/status", qos.EPISODES)
    live(table, graph, lambda: len(seen) > 0 and tips.get_subscription_count() > 0)
    np.testing.assert_allclose(seen[-1], PUCK, atol=0.005)
    for number, outcome in enumerate((EpisodeStatus.SUCCESS, EpisodeStatus.DISCARDED, EpisodeStatus.FAILURE)):
        tips.publish(pose_message(stamp(1.0), tip))
        episodes.publish(EpisodeStatus(episode=number, state=EpisodeStatus.ENDED, outcome=outcome))
        before = seen[-1]
        live(table, graph, lambda before=before: np.linalg.norm(seen[-1] - before) > 0.001)
        assert np.linalg.norm(seen[-1][:2] - tip[:2]) > 0.09
        assert (seen[-1][:2] > (0.49, -0.21)).all() and (seen[-1][:2] < (0.71, 0.21)).all()
    assert table.outcomes == [EpisodeStatus.SUCCESS, EpisodeStatus.FAILURE]


def test_a_stopped_arm_is_resumed_until_it_is(table, graph) -> None:
    asked = []

    def resume(_: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        asked.append(time.monotonic())
        statuses.publish(ArmStatus(stopped=len(asked) < 2))
        return response

    statuses = graph.node.create_publisher(ArmStatus, "arm/status", qos.LATCHED)
    graph.node.create_service(Trigger, "arm/resume", resume)
    statuses.publish(ArmStatus(stopped=True, stop_reason="somebody holds the cuff"))
    live(table, graph, lambda: len(asked) == 2)
    assert table.resumed == 2


def test_a_robot_that_has_gone_is_an_error_and_no_silence(table, graph) -> None:
    table._stand_in.robot.kill()
    with pytest.raises((OSError, ValueError)):
        live(table, graph, lambda: False)
