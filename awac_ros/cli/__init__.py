"""`awac`: every job of the package from a shell.

Heavy modules are imported inside the commands, so that help comes at once.
"""

from awac_ros.cli import (
    bench_commands,
    data,
    doctor,
    evaluate,
    film,
    graph,
    pushing,
    random_process,
    rehearse,
    soak,
    study,
    teach_box,
    teleop,
)
from awac_ros.cli.application import app

__all__ = [
    "app",
    "bench_commands",
    "data",
    "doctor",
    "evaluate",
    "film",
    "graph",
    "pushing",
    "random_process",
    "rehearse",
    "soak",
    "study",
    "teach_box",
    "teleop",
]
