"""Any task of plain vectors: what a gymnasium environment without a task of its own is to a learner."""

from __future__ import annotations

import numpy as np

from awac_ros.data.layout import plain_layout
from awac_ros.errors import AwacError
from awac_ros.tasks.task import Task

CONSTANT = 1e-6
"""An entry whose standard deviation is smaller stands still in the data: nothing is known of its scale."""
SMALLEST_STD = 1e-2
"""No other entry is magnified more than its inverse, so that a rare value can't drown the others."""


class BoxTask(Task):
    """Observation and action are one field each; networks see the observation as it is, or `normalised`."""

    def __init__(
        self, name: str, observation_size: int, action_size: int, horizon: int, control_period: float = 1.0
    ) -> None:
        """`control_period` in s; 1 where there is no clock, so that times count steps."""
        self.name = name
        self.horizon = horizon
        self.layout = plain_layout(name, {"observation": observation_size}, action_size, control_period)
        self._mean = np.zeros(observation_size)
        self._scale = np.ones(observation_size)

    def normalised(self, observations: np.ndarray) -> BoxTask:
        """A task of the same layout whose features have mean 0 and standard deviation 1 over observations (N, O).

        Entries that stand still in them keep their unit. AwacError if their shape or a value does not fit.
        """
        size = self.layout.observation_size
        if observations.ndim != 2 or observations.shape[1] != size or len(observations) == 0:
            raise AwacError(
                f"task {self.name} can't be normalised by observations of shape {observations.shape}; "
                f"it needs (N, {size}) with at least one row"
            )
        if not np.isfinite(observations).all():
            raise AwacError(f"task {self.name} can't be normalised: an observation is not finite; leave that one out")
        std = observations.std(axis=0, dtype=np.float64)
        task = BoxTask(self.name, size, self.layout.action_size, self.horizon, self.layout.control_period)
        task._mean = observations.mean(axis=0, dtype=np.float64)
        task._scale = np.where(std < CONSTANT, 1.0, np.maximum(std, SMALLEST_STD))
        return task

    def features(self) -> tuple[np.ndarray, np.ndarray]:
        matrix, offset = np.diag(1.0 / self._scale), -self._mean / self._scale
        return matrix.astype(np.float32), offset.astype(np.float32)
