"""When the actor's control instants are: in lockstep with the simulated arm, or on absolute deadlines."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np

from awac_ros.errors import AwacError
from awac_ros.nodes.clock_watch import ClockWatch
from awac_ros.nodes.observer import Moment, Observer
from awac_ros.nodes.rate import Deadlines, Meter
from awac_ros.nodes.runner import Spinner

Send = Callable[[np.ndarray, float], None]
"""Publish a twist (6,) as the arm's command, stamped with these seconds."""

RESEND_AFTER = 0.5
"""s without news from a simulated arm in lockstep."""
_LOSSES = 3
"""Episodes lost in turn in lockstep, where nobody stands beside the arm to see that none ends well."""
_CALM = 0.003
"""s before a deadline in which messages wait; longer than any callback takes."""
_OLD_STATES = 2.0
"""s within which the states of a new scene come."""
_BEFORE = 1e-6
"""s: earlier than a stamp, and never a stamp itself."""
_STILL = np.zeros(6)


class StateLost(Exception):
    """The state of the world stopped coming; the text is one sentence that names the topic."""


class Pacing(ABC):
    """Gives out one moment a control period and sends the command that answers it."""

    @abstractmethod
    def begin(self, stamp: float) -> None:
        """The scene was set: the next moment is the first of that stamp (s, of the state messages) or later."""

    @abstractmethod
    def next(self) -> Moment:
        """Spin until the next control instant; StateLost if the world can't be seen then, AwacError if it never is."""

    @abstractmethod
    def command(self, v_base_tip: np.ndarray) -> None:
        """Answer the moment given out last with a twist (6,)."""

    @abstractmethod
    def halt(self) -> None:
        """An episode has ended: hold the arm still from now on."""

    @abstractmethod
    def idle(self) -> None:
        """Let a little time pass while something is waited for and the arm is held still."""

    @abstractmethod
    def trouble(self) -> str | None:
        """One sentence on why the next moment could not be seen if it were now, or None."""

    @property
    @abstractmethod
    def rate(self) -> float:
        """Achieved control rate, Hz."""

    @property
    @abstractmethod
    def overruns(self) -> int:
        """Deadlines missed since the start."""


class Lockstep(Pacing):
    """The world waits for the command: as fast as the machine allows, and repeatable."""

    overruns = 0

    def __init__(self, spinner: Spinner, observer: Observer, send: Send, reconnect: Callable[[], None]) -> None:
        """`reconnect` makes the way of the commands anew, where a living arm may have been lost by the middleware."""
        self._spinner = spinner
        self._observer = observer
        self._send = send
        self._reconnect = reconnect
        self._meter = Meter()
        self._answered = _BEFORE
        self._stamp = 0.0
        self._twist = _STILL
        self._sent = time.monotonic()
        self._losses = 0

    def begin(self, stamp: float) -> None:
        self._answered = stamp - _BEFORE
        self._twist = _STILL

    def next(self) -> Moment:
        since = time.monotonic()
        while (moment := self._observer.whole_after(self._answered)) is None:
            self.idle()
            now = time.monotonic()
            if now - since > self._observer.timeout:
                self._losses += 1
                loss = self._loss(since, now)
                if self._losses == _LOSSES:
                    raise AwacError(f"{_LOSSES} episodes in turn were lost; start the graph again: {loss}")
                raise StateLost(loss)
        if self._answered == self._stamp:
            self._losses = 0
        self._stamp = moment.stamp
        self._meter.count(time.monotonic())
        return moment

    def command(self, v_base_tip: np.ndarray) -> None:
        self._twist, self._answered = v_base_tip, self._stamp
        self._sent = time.monotonic()
        self._send(v_base_tip, self._stamp)

    def halt(self) -> None:
        """Nothing moves in lockstep without a command; one that is sent again moves nothing from now on."""
        self._twist = _STILL

    def idle(self) -> None:
        self._spinner.once()
        if (now := time.monotonic()) - self._sent > RESEND_AFTER:
            # The old stamp makes the arm publish its state again, for whoever missed it.
            self._sent = now
            self._send(self._twist, self._answered)

    def _loss(self, since: float, now: float) -> str:
        """Why no state came: the command was not answered, or one of the topics is at fault."""
        if self._answered == self._stamp and not self._observer.heard_since(since):
            self._reconnect()
            return f"the arm has not answered arm/command for {now - since:.1f} s: check the arm node"
        return (
            self._observer.trouble(now)
            or "tip_pose and puck_pose never carry one stamp; in lockstep both must come from the simulated arm"
        )

    def trouble(self) -> str | None:
        return None

    @property
    def rate(self) -> float:
        return self._meter.rate


class RealTime(Pacing):
    """The world does not wait: a command every control period, on deadlines of `clock`."""

    def __init__(
        self,
        spinner: Spinner,
        observer: Observer,
        send: Send,
        period: float,
        clock: Callable[[], float],
        ros_time: Callable[[], float],
    ) -> None:
        self._spinner = spinner
        self._observer = observer
        self._send = send
        self._clock = clock
        self._ros_time = ros_time
        self._begin = 0.0
        spinner.until(lambda: clock() > 0.0)
        self._watch = ClockWatch(clock, time.monotonic)
        self._deadlines = Deadlines(period, clock())
        self._leap: str | None = None

    def begin(self, stamp: float) -> None:
        self._begin, self._leap = stamp, None

    def next(self) -> Moment:
        since = time.monotonic()
        while True:
            self._await_deadline()
            if trouble := self._leap or self.trouble():
                raise StateLost(trouble)
            moment = self._observer.newest()
            if moment is not None and moment.stamp >= self._begin:
                return Moment(moment.world, moment.stamp, time=self._time())
            if time.monotonic() - since > _OLD_STATES:
                raise StateLost("tip_pose and puck_pose are stamped before the scene was set; was a clock set back?")
            self.command(_STILL)

    def command(self, v_base_tip: np.ndarray) -> None:
        self._send(v_base_tip, self._ros_time())

    def halt(self) -> None:
        self.command(_STILL)

    def idle(self) -> None:
        """Until something is heard, or until the control instant, at which stillness is commanded."""
        self._deadlines.worked(self._time())
        if (left := self._deadlines.left(self._time())) > 0.0:
            self._spinner.once(left)
        if self._deadlines.left(now := self._time()) <= 0.0:
            self.command(_STILL)
            self._deadlines.met(now)

    def _await_deadline(self) -> None:
        self._deadlines.worked(self._time())
        # On a clock that needs no messages the last moments are slept through: no callback can hold the deadline up.
        calm = _CALM if self._clock is time.monotonic else 0.0
        while (left := self._deadlines.left(self._time())) > calm:
            self._spinner.once(left - calm)
            if self._watch.standstill():
                return
        if self._deadlines.late(left):
            self._spinner.catch_up()
        time.sleep(max(left, 0.0))
        self._deadlines.met(self._time())

    def _time(self) -> float:
        """s of the clock; the deadlines start anew where it leaps."""
        now = self._watch.read()
        if self._watch.leap:
            self._leap, self._watch.leap = self._watch.leap, None
            self._deadlines.restart(now)
        return now

    def trouble(self) -> str | None:
        return self._watch.standstill() or self._observer.trouble(time.monotonic())

    @property
    def rate(self) -> float:
        return self._deadlines.rate

    @property
    def overruns(self) -> int:
        return self._deadlines.overruns
