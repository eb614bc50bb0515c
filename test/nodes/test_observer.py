import numpy as np

from awac_ros.nodes.observer import PUCK, TIP, Measurement, Observer


def measurement(stamp: float, received: float = 0.0, x: float = 0.6) -> Measurement:
    return Measurement(stamp, received, np.array([x, 0.0, 0.06]), np.array([1.0, 0.0, 0.0, 0.0]))


def test_a_whole_state_needs_every_topic_at_one_stamp() -> None:
    observer = Observer(timeout=0.2)
    observer.put(TIP, measurement(0.3))
    assert observer.whole_after(0.0) is None
    observer.put(PUCK, measurement(0.2))
    assert observer.whole_after(0.0) is None
    observer.put(PUCK, measurement(0.3, x=0.5))
    moment = observer.whole_after(0.2)
    assert moment is not None and moment.stamp == moment.time == 0.3
    assert moment.world.p_base_puck[0] == 0.5
    assert observer.whole_after(0.3) is None


def test_the_topic_that_stopped_is_named() -> None:
    observer = Observer(timeout=0.2)
    assert "no tip_pose has come" in observer.trouble(0.0)
    observer.put(TIP, measurement(0.0, received=1.0))
    observer.put(PUCK, measurement(0.0, received=0.5))
    assert observer.trouble(0.6) is None
    assert observer.trouble(1.0).startswith("puck_pose stopped coming 0.5 s ago")
    observer.put(PUCK, measurement(0.1, received=1.0))
    assert observer.trouble(1.0) is None


def test_refused_messages_are_the_reason_once_the_last_good_one_is_old() -> None:
    observer = Observer(timeout=0.2)
    observer.put(TIP, measurement(0.0, received=1.0))
    observer.refuse(PUCK, "a pose is not finite")
    assert "puck_pose can't be used: a pose is not finite" in observer.trouble(1.0)
