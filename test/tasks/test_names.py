import pytest

from awac_ros.errors import AwacError
from awac_ros.tasks import Pushing, make_task


def test_a_task_is_found_by_its_name() -> None:
    assert isinstance(make_task("pushing"), Pushing)


def test_an_unknown_task_is_refused_with_the_known_ones() -> None:
    with pytest.raises(AwacError, match="task 'pulling' is not known; the tasks are pushing"):
        make_task("pulling")
