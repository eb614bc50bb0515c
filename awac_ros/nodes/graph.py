"""The graph of the pushing task: its processes, and what each is told of the graph's arguments."""

from __future__ import annotations

from pathlib import Path
from typing import cast, get_args

from awac_ros.data import Layout, demos, mixture
from awac_ros.data.labels import LiveRule, check_same_rule
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError
from awac_ros.learning import checkpoint
from awac_ros.nodes.description import Graph, Process, Value, Values
from awac_ros.nodes.graph_arguments import ARGUMENTS, STARTED_DEVICES
from awac_ros.tasks import Pushing, make_task


def _out(values: Values, name: str) -> Path:
    return Path(str(values["out"])) / name


def _layout(values: Values) -> Layout:
    return make_task(str(values["task"])).layout


def _store(values: Values) -> str:
    return str(_out(values, "store.sqlite"))


def _demos(values: Values) -> str:
    return str(values["demos"] or _out(values, "demos.hdf5"))


def _checkpoint(values: Values) -> Path:
    return Path(str(values["checkpoint"] or _out(values, "checkpoints")))


def _stored(values: Values) -> int:
    """Transitions that an earlier run into the same folder left in the store."""
    path = Path(_store(values))
    if not path.exists():
        return 0
    with TransitionStore(path, _layout(values), read_only=True) as store:
        return store.total


def _made(values: Values) -> int:
    """What an earlier run with these arguments has made: transitions (train) or demonstrations (collect)."""
    if values["mode"] == "train":
        return _stored(values)
    path = Path(_demos(values))
    return demos.count(path) if values["mode"] == "collect" and path.exists() else 0


def _left(values: Values) -> int:
    """What is still to be made: transitions in train, else episodes; 0: no end."""
    asked = int(values["env_steps" if values["mode"] == "train" else "episodes"])
    return max(asked - _made(values), 0)


def _acts(values: Values) -> bool:
    """Whether anything is left to be acted on this host."""
    if values["host"] == "trainer":
        return False
    endless = not int(values["env_steps" if values["mode"] == "train" else "episodes"])
    return endless or _left(values) > 0


def _arm(values: Values) -> dict[str, Value]:
    dead_man = {"dead_man": values["dead_man"]}
    if values["sim"]:
        return {"lockstep": values["lockstep"], **dead_man}
    return {"lockstep": False, "arm": "sawyer", "robot_host": values["robot_host"], **dead_man}


def _actor(values: Values) -> dict[str, Value]:
    mode = values["mode"]
    parameters = {"task": values["task"], "mode": mode, "lockstep": values["lockstep"], "reward": values["reward"]}
    parameters["push_back"] = values["push_back"]
    # A run taken up again plays scenes of its own.
    parameters["seed"] = int(values["seed"]) + _made(values)
    if mode == "train":
        parameters["env_steps"] = _left(values)
        parameters["out"] = values["out"]
    elif mode == "eval":
        parameters["episodes"] = values["episodes"]
        parameters["weights"] = str(checkpoint.newest(_checkpoint(values)) / "policy.safetensors")
    return parameters


def _buffer(values: Values) -> dict[str, Value]:
    return {"task": values["task"], "store": _store(values)}


def _learner(values: Values) -> dict[str, Value]:
    return {
        "task": values["task"],
        "out": str(values["out"]),
        "checkpoint": values["checkpoint"],
        "demos": values["demos"],
        "prior": values["prior"],
        "reward": values["reward"],
        "lockstep": values["lockstep"],
        "env_steps": values["env_steps"],
        "device": values["device"],
        "seed": values["seed"],
    }


def _recorder(values: Values) -> dict[str, Value]:
    return {"task": values["task"], "demos": _demos(values), "episodes": _left(values), "reward": values["reward"]}


def _operator(values: Values) -> dict[str, Value]:
    return {"lockstep": values["lockstep"], "seed": values["seed"]}


def _teleop(values: Values) -> dict[str, Value]:
    return {"device": values["teleop"], "mapping": values["mapping"]}


def _console(values: Values) -> dict[str, Value]:
    made = _stored(values) if values["mode"] != "collect" else 0
    curves = {"store": _store(values) if made else "", "task": values["task"], "made": made}
    return {"port": values["console_port"], **curves}


def _shown(values: Values) -> bool:
    """Whether the operator's page is served."""
    return _acts(values) and bool(not values["lockstep"] if values["console"] == "" else values["console"])


def _check_data(file: str, values: Values) -> None:
    """AwacError unless it is a readable file of episodes of this task and reward rule, or a list of such files."""
    layout, rule = _layout(values), cast(LiveRule, values["reward"])
    if Path(file).suffix in mixture.SUFFIXES:
        mixture.read(Path(file), layout, rule)
        return
    layout.check_same(demos.read_layout(Path(file)), file)
    if (found := demos.read_rule(Path(file))) in get_args(LiveRule) and found != rule:
        raise AwacError(
            f"{file} holds rewards by the rule {found}: give reward:={found}, or make them others with awac data "
            f"relabel --reward {rule}"
        )
    check_same_rule(rule, found, file)


def _scripted(values: Values) -> bool:
    """Whether the scripted operator demonstrates."""
    return values["mode"] == "collect" and values["teleop"] in ("auto", "scripted")


def _check(values: Values) -> None:
    for name in ("lockstep", "use_sim_time"):
        if values[name] and not values["sim"]:
            raise AwacError(f"{name}:=true does not go with sim:=false: the physical arm waits for nobody")
    if values["mode"] == "collect" and values["teleop"] == "auto" and not values["sim"]:
        raise AwacError(
            "sim:=false: name who drives the physical arm: teleop:=gamepad, keyboard, browser or spacemouse; with "
            "teleop:=scripted it demonstrates by itself"
        )
    if not values["puck_topic"]:
        raise AwacError("puck_topic:= is empty; name the topic of the puck's tracker, or leave it out")
    if not 0 <= int(values["console_port"] or 0) < 2**16:
        raise AwacError(
            f"console_port:={values['console_port']} is no port; give 1 to 65535, or 0 for any that is free"
        )
    if values["teleop"] == "browser" and (values["lockstep"] or values["console"] is False):
        raise AwacError("teleop:=browser needs the operator's page in real time; leave out lockstep and console")
    if values["push_back"] and values["lockstep"]:
        raise AwacError("push_back:=true goes with real time alone; in lockstep the puck is put in place: leave it out")
    if values["dead_man"] and (values["lockstep"] or _scripted(values)):
        raise AwacError(
            f"dead_man:={values['dead_man']} asks for a person's hold; drive in real time with teleop:=browser, "
            "keyboard or gamepad, or leave it out"
        )
    for name in ("episodes", "env_steps", "seed"):
        if int(values[name] or 0) < 0:
            raise AwacError(f"{name}:={values[name]} is negative; give 0 or more")
    if values["lockstep"] and values["teleop"] not in ("auto", "scripted", "none"):
        raise AwacError("lockstep:=true waits for nobody's hand: teleoperate with lockstep:=false, or teleop:=scripted")
    if _scripted(values) and values["task"] != Pushing.name:
        raise AwacError(f"the scripted operator only pushes; drive task:={values['task']} yourself: teleop:=browser")
    if values["mode"] == "collect" and Path(_demos(values)).exists():
        _check_data(_demos(values), values)
    if values["mode"] != "train":
        if values["host"] != "all":
            raise AwacError(f"host:={values['host']} goes with mode:=train alone; the other modes have no learner")
        return
    if values["host"] == "robot":
        return
    for name in ("demos", "prior", "checkpoint"):
        if values[name] and not Path(str(values[name])).exists():
            raise AwacError(
                f"{name}:={values[name]} is not there; correct the path, or collect demos with mode:=collect"
            )
    for name in ("demos", "prior"):
        if values[name]:
            _check_data(str(values[name]), values)
    if not (values["demos"] or values["prior"] or _checkpoint(values).exists()):
        raise AwacError(
            "mode:=train has nothing to begin with; collect demonstrations, or give demos:=, prior:= or checkpoint:="
        )


PUSHING = Graph(
    name="pushing",
    arguments=ARGUMENTS,
    processes=(
        Process("buffer", _buffer, wanted=lambda values: values["mode"] == "train" and values["host"] != "trainer"),
        Process(
            "learner",
            _learner,
            wanted=lambda values: values["mode"] == "train" and values["host"] != "robot",
            ends_graph=lambda values: True,
        ),
        Process(
            "recorder",
            _recorder,
            wanted=lambda values: values["mode"] == "collect" and _acts(values),
            ends_graph=lambda values: True,
        ),
        Process("arm", _arm, wanted=_acts),
        Process("actor", _actor, wanted=_acts, ends_graph=lambda values: values["mode"] == "eval"),
        Process("operator", _operator, wanted=lambda values: _scripted(values) and _acts(values)),
        Process("teleop", _teleop, wanted=lambda values: values["teleop"] in STARTED_DEVICES and _acts(values)),
        Process("console", _console, wanted=_shown, ends_graph=lambda values: True),
        Process("camera", lambda values: {}, wanted=lambda values: _shown(values) and bool(values["sim"])),
    ),
    check=_check,
    remappings=lambda values: {"puck_pose": str(values["puck_topic"])},
)

GRAPHS = {PUSHING.name: PUSHING}


def find_graph(name: str) -> Graph:
    """The graph of this name; AwacError if there is none."""
    if name not in GRAPHS:
        raise AwacError(f"there is no graph '{name}'; the graphs are {', '.join(GRAPHS)}")
    return GRAPHS[name]
