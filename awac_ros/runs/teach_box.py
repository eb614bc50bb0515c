"""`awac teach-box`: the workspace box around the places to which a person leads the tip by the cuff."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped
from std_srvs.srv import Trigger

from awac_ros.arms.limits import SafetyLimits
from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.messages import position
from awac_ros.nodes.params_file import write_changed
from awac_ros.runs.monitor import Monitor
from awac_ros.tasks.pushing import AREA_HIGH, AREA_LOW, TIP_HEIGHT

SILENCE = 5.0
"""s in which the arm node must answer."""
_MILLIMETRE = 1e-3


class TaughtBox:
    """The box around all places that were added, in whole millimetres, never larger than that."""

    def __init__(self) -> None:
        self._low, self._high = np.full(3, np.inf), np.full(3, -np.inf)

    def add(self, p_base_tip: np.ndarray) -> None:
        """A place (3,) m that the tip may go to."""
        self._low, self._high = np.minimum(self._low, p_base_tip), np.maximum(self._high, p_base_tip)

    @property
    def begun(self) -> bool:
        """Whether any place was added."""
        return bool(np.isfinite(self._low).all())

    def limits(self) -> SafetyLimits:
        """The box, its lower face kept above the table; AwacError where it is no box yet."""
        limits = SafetyLimits()
        if not self.begun:
            raise AwacError("the tip was led nowhere; squeeze the cuff, lead it to the box's corners, then end")
        low = np.ceil(self._low / _MILLIMETRE - 1e-6) * _MILLIMETRE
        high = np.floor(self._high / _MILLIMETRE + 1e-6) * _MILLIMETRE
        low[2] = max(low[2], limits.table_height + limits.clearance)
        low, high = (tuple(round(value, 3) for value in corner.tolist()) for corner in (low, high))
        return replace(limits, workspace_low=low, workspace_high=high)


def misses_task(limits: SafetyLimits) -> str | None:
    """One sentence where the pushing task's starts and goals are not all in the box, or None."""
    starts = np.array([[*AREA_LOW, TIP_HEIGHT], [*AREA_HIGH, TIP_HEIGHT]])
    if (starts >= limits.workspace_low).all() and (starts <= limits.workspace_high).all():
        return None
    return (
        f"the pushing task's starts and goals, x {AREA_LOW[0]:g} to {AREA_HIGH[0]:g}, y {AREA_LOW[1]:g} to "
        f"{AREA_HIGH[1]:g}, z {TIP_HEIGHT:g} m, are not all in this box: the arm can't reach those outside"
    )


class BoxTeacher:
    """Stops the arm and follows where it is led; leave the `with` block to end it."""

    def __init__(self, namespace: str) -> None:
        self.box = TaughtBox()
        self.tip: np.ndarray | None = None
        self._cuff = False
        self._monitor = Monitor(namespace)
        self._monitor.listen(PoseStamped, "tip_pose", qos.STATE, self._take_tip)
        self._monitor.listen(DiagnosticArray, "/diagnostics", qos.DIAGNOSTICS, self._take_diagnostics)

    def __enter__(self) -> BoxTeacher:
        return self

    def __exit__(self, *_: object) -> None:
        self._monitor.__exit__()

    def stop_arm(self) -> None:
        """Nothing but the person's hand moves the arm from now on; AwacError where no arm node answers."""
        client = self._monitor.node.create_client(Trigger, "arm/stop")
        self._until(client.service_is_ready, "no arm node offers arm/stop; start the graph with sim:=false")
        answer = client.call_async(Trigger.Request())
        self._until(answer.done, "the arm node did not answer arm/stop; check it")
        if not answer.result().success:
            raise AwacError(f"the arm was not stopped: {answer.result().message}")
        self._until(lambda: self.tip is not None, "no tip_pose comes; check the arm node")

    def follow(self, done: Callable[[], bool]) -> None:
        """Add the tip's places while the cuff is held, until `done`, which must not wait."""
        while not done():
            self._monitor.spin(0.05)

    def _until(self, condition: Callable[[], bool], why_not: str) -> None:
        deadline = time.monotonic() + SILENCE
        while not condition():
            if time.monotonic() > deadline:
                raise AwacError(why_not)
            self._monitor.spin(0.05)

    def _take_tip(self, message: PoseStamped) -> None:
        self.tip = position(message)
        if self._cuff:
            self.box.add(self.tip)

    def _take_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            if status.hardware_id == "arm":
                self._cuff = any(pair.key == "cuff" and pair.value == "True" for pair in status.values)


def write_box(path: Path, source: Path, limits: SafetyLimits) -> None:
    """Write the parameter file `source` to `path` with this workspace box; AwacError where `source` can't be used."""
    corners = {name: list(getattr(limits, name)) for name in ("workspace_low", "workspace_high")}
    write_changed(path, source, "arm", corners)
