from pathlib import Path

import pytest

from awac_ros.errors import AwacError
from awac_ros.rehearsal.stand_in import StandIn


def test_an_agent_that_does_not_start_leaves_no_robot_behind(tmp_path: Path) -> None:
    stand_in = StandIn(tmp_path)
    (tmp_path / "sawyer_agent.py").mkdir()  # so that python finds nothing to run there
    with pytest.raises(AwacError, match="the agent did not start"):
        stand_in.start_agent()
    assert stand_in.robot.returncode is not None and stand_in.agent.returncode is not None
