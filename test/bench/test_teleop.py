import numpy as np

from awac_ros.bench.teleop import key_delays


def test_each_press_is_answered_by_the_first_motion_after_it() -> None:
    pressed, arrived = np.array([1.0, 2.0, 3.0]), np.array([0.5, 1.01, 1.5, 3.02])
    np.testing.assert_allclose(key_delays(pressed, arrived), [0.01, 0.02])
