"""The pushing graph, one process a node, whose nodes a soak kills and starts again."""

from __future__ import annotations

import itertools
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from awac_ros.nodes.description import Value
from awac_ros.nodes.graph import PUSHING
from awac_ros.nodes.up import Child, node_environment
from awac_ros.runs.monitor import Monitor, own_namespace

_LAST_WORDS = 0.05
_GRAPHS = itertools.count()


class RunningGraph:
    """Leave the `with` block to end every process."""

    def __init__(
        self, folder: Path, arguments: Mapping[str, Value], parameters: Mapping[str, Mapping[str, Value]]
    ) -> None:
        """Start the graph with these arguments; `parameters`, by node, go beyond what arguments can say."""
        self._folder = folder
        namespace = f"{own_namespace()}_{next(_GRAPHS)}"  # the middleware remembers killed nodes for a while
        self.monitor = Monitor(namespace)
        plan = PUSHING.plan({**arguments, "out": str(folder), "namespace": namespace})
        self._starts = {
            start.name: replace(start, parameters={**start.parameters, **parameters.get(start.name, {})})
            for start in plan
        }
        self.names = tuple(self._starts)
        self.ended = 0
        """Nodes that ended by themselves."""
        self._running: dict[str, Child] = {}
        for name in self.names:
            self.start(name)

    def __enter__(self) -> RunningGraph:
        return self

    def __exit__(self, *exception: object) -> None:
        for child in self._running.values():
            child.process.kill()
            child.process.wait()
        self.monitor.__exit__(*exception)

    def spin(self, seconds: float) -> None:
        """Listen for so long."""
        self.until(lambda: False, seconds)

    def until(self, condition: Callable[[], bool], patience: float) -> bool:
        """Listen until the condition holds, for at most `patience` s; whether it holds.

        A node that ended by itself meanwhile is counted and started again.
        """
        deadline = time.monotonic() + patience
        while not (met := condition()) and (left := deadline - time.monotonic()) > 0.0:
            self.monitor.spin(min(left, 0.1))
            for name, child in list(self._running.items()):
                if child.process.poll() is not None:
                    self.ended += 1
                    self.start(name)
        return met

    def start(self, name: str) -> None:
        """Start the node, which does not run."""
        self._running[name] = Child(self._starts[name], self._folder, node_environment())

    def end(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End the node with this signal, and hear what it has said before."""
        process = self._running.pop(name).process
        process.send_signal(how)
        process.wait()
        self.spin(_LAST_WORDS)
