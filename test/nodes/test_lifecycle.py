import pytest
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn

from awac_ros.errors import AwacError
from awac_ros.nodes.lifecycle import LifecycleNode, transition


class Fragile(LifecycleNode):
    """Fails as it is told."""

    def __init__(self, autostart: bool, on_configure: Exception | None, on_activate: Exception | None = None) -> None:
        super().__init__("fragile")
        self.active = False
        self._errors = on_configure, on_activate
        self.begin(autostart, services=True)

    @transition
    def on_configure(self, state: LifecycleState) -> None:
        if self._errors[0] is not None:
            raise self._errors[0]

    @transition
    def on_activate(self, state: LifecycleState) -> None:
        if self._errors[1] is not None:
            raise self._errors[1]
        self.active = True


@pytest.mark.parametrize("error", [AwacError("no arm is there; start one"), ValueError("a defect")])
def test_what_a_start_fails_by_is_raised_and_not_dropped(world, error: Exception) -> None:
    with pytest.raises(type(error), match=str(error)):
        Fragile(autostart=True, on_configure=error)


def test_one_that_cannot_be_activated_stays_and_says_why_until_it_can(world) -> None:
    error = AwacError("the robot is disabled; enable it")
    node = Fragile(autostart=True, on_configure=None, on_activate=error)
    assert not node.active and node.failure is error
    node._errors = None, None
    assert node.trigger_activate() is TransitionCallbackReturn.SUCCESS and node.active
    node.destroy_node()


def test_without_autostart_nothing_happens_until_it_is_asked_for(world) -> None:
    node = Fragile(autostart=False, on_configure=AwacError("not yet"))
    assert node.trigger_configure() is TransitionCallbackReturn.FAILURE and str(node.failure) == "not yet"
    node._errors = None, None
    assert node.trigger_configure() is TransitionCallbackReturn.SUCCESS and not node.active
    node.destroy_node()
