from collections.abc import Iterator

import pytest

from awac_ros.rehearsal.stand_in import StandIn


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    stand_in = StandIn(tmp_path_factory.mktemp("stand_in"))
    stand_in.start_agent()
    yield stand_in
    stand_in.close()


@pytest.fixture
def stand_in(running: StandIn) -> StandIn:
    """A simulated robot as it is switched on, and the agent beside it, each in a process of its own."""
    running.steer("renew")
    return running
