from __future__ import annotations

import pytest

from awac_ros.errors import AwacError
from awac_ros.resources import resource


@pytest.mark.parametrize("relative", ["urdf/sawyer.urdf", "config/pushing.yaml", "launch/pushing.launch.py"])
def test_finds_a_file(relative: str) -> None:
    assert resource(relative).is_file()


def test_names_a_missing_file_and_the_way_out() -> None:
    with pytest.raises(AwacError, match=r"config/none\.yaml is missing .* make setup"):
        resource("config/none.yaml")
