import pytest

from awac_ros.errors import AwacError
from awac_ros.nodes.actor_parts import check_speed
from awac_ros.tasks import Pushing, PushingConfig


def test_a_task_that_asks_for_more_speed_than_the_arm_does_is_refused() -> None:
    check_speed(Pushing())
    with pytest.raises(
        AwacError, match="task pushing asks for 0.40 m/s along one axis, but the arm does 0.3 m/s at most"
    ):
        check_speed(Pushing(PushingConfig(max_speed=0.4)))
