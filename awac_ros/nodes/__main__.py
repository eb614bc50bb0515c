"""`python -m awac_ros.nodes NODE [--ros-args ...]`: a node in a process of its own.

A signal during its imports, which can take seconds, ends it at once and without a traceback.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module

NODES = ("actor", "arm", "buffer", "camera", "console", "learner", "operator", "recorder", "teleop")
_ENDING = (signal.SIGINT, signal.SIGTERM)


def main(name: str) -> None:
    """Run the node of this name with the arguments of the command line; does not return."""
    for number in _ENDING:
        signal.signal(number, lambda *_: os._exit(0))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)  # `awac up` holds them back until here
    import_module(f"awac_ros.nodes.{name}").main()


if __name__ == "__main__":
    name = "".join(sys.argv[1:2])
    if name not in NODES:
        print(f"there is no node '{name}'; the nodes are {', '.join(NODES)}", file=sys.stderr)
        sys.exit(2)
    del sys.argv[1]
    main(name)
