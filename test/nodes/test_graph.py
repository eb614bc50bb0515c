"""What the description of the pushing graph says must fit the nodes it starts."""

import dataclasses
import importlib
from pathlib import Path

import numpy as np
import pytest
import yaml

from awac_ros.data import Transitions, demos
from awac_ros.data.episode import EpisodeBuilder, Outcome
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError
from awac_ros.nodes.graph import PUSHING, find_graph
from awac_ros.resources import resource
from awac_ros.tasks import Pushing

LAYOUT = Pushing().layout
CONFIGS = {
    "arm": ("arm_config", "ArmConfig"),
    "actor": ("actor_config", "ActorConfig"),
    "buffer": ("buffer", "BufferConfig"),
    "camera": ("camera", "CameraConfig"),
    "console": ("console", "ConsoleConfig"),
    "learner": ("learner_config", "LearnerConfig"),
    "operator": ("operator", "OperatorNodeConfig"),
    "recorder": ("recorder", "RecorderConfig"),
    "teleop": ("teleop", "TeleopConfig"),
}


def parameters(node: str) -> dict[str, type]:
    module, name = CONFIGS[node]
    config = getattr(importlib.import_module(f"awac_ros.nodes.{module}"), name)()
    return {field.name: type(getattr(config, field.name)) for field in dataclasses.fields(config)}


@pytest.fixture
def prior(tmp_path: Path) -> Path:
    builder = EpisodeBuilder("a" * 32, 0)
    builder.add(np.zeros(8), np.zeros(2), 0.0, np.zeros(8), truncated=True, step_time=0.0)
    path = tmp_path / "prior.hdf5"
    demos.write(path, LAYOUT, [builder.finish(Outcome.SUCCESS)])
    return path


def given(mode: str, prior: Path, tmp_path: Path) -> dict:
    out = tmp_path / "out"
    (out / "checkpoints/000001").mkdir(parents=True, exist_ok=True)
    return {"mode": mode, "out": str(out), **({"prior": str(prior)} if mode == "train" else {})}


@pytest.mark.parametrize(
    ("mode", "names"),
    [
        ("collect", {"recorder", "arm", "actor", "operator", "console", "camera"}),
        ("train", {"buffer", "learner", "arm", "actor", "console", "camera"}),
        ("eval", {"arm", "actor", "console", "camera"}),
    ],
)
def test_every_planned_parameter_is_one_of_the_nodes_own(mode: str, names: set, prior: Path, tmp_path: Path) -> None:
    starts = PUSHING.plan(given(mode, prior, tmp_path))
    assert {start.name for start in starts} == names
    assert any(start.ends_graph for start in starts)
    for start in starts:
        known = {**parameters(start.name), "use_sim_time": bool}
        for name, value in start.parameters.items():
            assert type(value) is known[name], f"{start.name}: {name}"


def test_the_parameter_file_holds_only_parameters_of_the_nodes() -> None:
    for key, content in yaml.safe_load(resource("config/pushing.yaml").read_text()).items():
        known = parameters(key.removeprefix("/**/"))
        for name, value in content["ros__parameters"].items():
            assert type(value) is known[name], f"{key}: {name}"


def test_one_argument_makes_it_the_physical_arm(prior: Path, tmp_path: Path) -> None:
    arguments = {**given("collect", prior, tmp_path), "console": "false", "teleop": "gamepad"}
    physical = {**arguments, "sim": "false", "robot_host": "sawyer-workstation"}
    changed = [
        (after.name, after.parameters)
        for before, after in zip(PUSHING.plan(arguments), PUSHING.plan(physical), strict=True)
        if before != after
    ]
    parameters = {"lockstep": False, "arm": "sawyer", "robot_host": "sawyer-workstation", "use_sim_time": False}
    assert changed == [("arm", parameters)]


def test_the_learner_can_be_on_a_host_of_its_own(prior: Path, tmp_path: Path) -> None:
    arguments = given("train", prior, tmp_path)
    robot, trainer = ([s.name for s in PUSHING.plan({**arguments, "host": host})] for host in ("robot", "trainer"))
    assert trainer == ["learner"]
    assert [start.name for start in PUSHING.plan(arguments) if start.name not in trainer] == robot


def test_the_robots_host_needs_nothing_to_train_on(tmp_path: Path) -> None:
    assert PUSHING.plan({"mode": "train", "out": str(tmp_path), "host": "robot"})


@pytest.mark.parametrize("mode", ["collect", "train", "eval"])
def test_a_persons_device_is_started_in_every_mode_but_the_keyboard_which_needs_a_terminal(
    mode: str, prior: Path, tmp_path: Path
) -> None:
    starts = {
        s.name: s for s in PUSHING.plan({**given(mode, prior, tmp_path), "teleop": "gamepad", "mapping": "my.yaml"})
    }
    assert starts["teleop"].parameters == {"use_sim_time": False, "device": "gamepad", "mapping": "my.yaml"}
    assert "operator" not in starts
    keyboard = PUSHING.plan({**given(mode, prior, tmp_path), "teleop": "keyboard"})
    assert {"operator", "teleop"}.isdisjoint(start.name for start in keyboard)


@pytest.mark.parametrize(("teleop", "page"), [("none", set()), ("browser", {"console", "camera"})])
def test_without_an_operator_nobody_is_started_to_drive(teleop: str, page: set, prior: Path, tmp_path: Path) -> None:
    starts = PUSHING.plan({**given("collect", prior, tmp_path), "teleop": teleop, "console": "" if page else "false"})
    assert {start.name for start in starts} == {"recorder", "arm", "actor"} | page


@pytest.mark.parametrize(
    ("arguments", "served"),
    [({}, True), ({"lockstep": True}, False), ({"console": False}, False), ({"lockstep": True, "console": True}, True)],
)
def test_the_operators_page_is_served_in_real_time_or_when_asked_for(
    arguments: dict, served: bool, prior: Path, tmp_path: Path
) -> None:
    starts = PUSHING.plan({**given("eval", prior, tmp_path), **arguments})
    assert ("console" in {start.name for start in starts}) == served


def test_a_run_taken_up_again_makes_only_what_is_missing(prior: Path, tmp_path: Path) -> None:
    arguments = {**given("train", prior, tmp_path), "env_steps": 3, "seed": 7}
    rows = demos.read(prior, LAYOUT)[0].transitions
    with TransitionStore(Path(arguments["out"]) / "store.sqlite", LAYOUT) as store:
        store.append(rows)
    actor = next(start for start in PUSHING.plan(arguments) if start.name == "actor")
    assert actor.parameters["env_steps"] == 2
    assert actor.parameters["seed"] != 7
    with TransitionStore(Path(arguments["out"]) / "store.sqlite", LAYOUT) as store:
        store.append(Transitions(**{**rows.__dict__, "episode": np.array([1])}))
        store.append(Transitions(**{**rows.__dict__, "episode": np.array([2])}))
    assert {start.name for start in PUSHING.plan(arguments)} == {"buffer", "learner"}


def test_the_page_of_a_run_taken_up_again_begins_with_what_is_in_its_store(prior: Path, tmp_path: Path) -> None:
    def console(mode: str) -> dict:
        starts = PUSHING.plan({**given("train", prior, tmp_path), "mode": mode})
        return next(start for start in starts if start.name == "console").parameters

    common = {"use_sim_time": False, "port": 8080, "task": "pushing"}
    assert console("train") == {**common, "made": 0}
    store = tmp_path / "out" / "store.sqlite"
    with TransitionStore(store, LAYOUT) as opened:
        opened.append(demos.read(prior, LAYOUT)[0].transitions)
    assert console("train") == console("eval") == {**common, "store": str(store), "made": 1}
    assert console("collect") == {**common, "made": 0}


def test_enough_demonstrations_are_not_collected_again(prior: Path, tmp_path: Path) -> None:
    assert PUSHING.plan({**given("collect", prior, tmp_path), "demos": str(prior), "episodes": 1}) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lockstep": "true", "teleop": "gamepad"}, "lockstep:=true waits for nobody's hand"),
        ({"sim": "false", "lockstep": "true"}, "lockstep:=true does not go with sim:=false"),
        ({"sim": "false", "use_sim_time": "true"}, "use_sim_time:=true does not go with sim:=false"),
        ({"sim": "false"}, "name who drives the physical arm: teleop:=gamepad"),
        ({"seed": "-1"}, "seed:=-1 is negative"),
        ({"console_port": "70000"}, "console_port:=70000 is no port"),
        ({"teleop": "browser", "lockstep": "true"}, "needs the operator's page in real time"),
        ({"teleop": "browser", "console": "false"}, "needs the operator's page in real time"),
        ({"host": "robot"}, "host:=robot goes with mode:=train alone"),
        ({"mode": "train", "out": "/nowhere"}, "mode:=train has nothing to begin with"),
        ({"mode": "train", "demos": "/nowhere.hdf5"}, "demos:=/nowhere.hdf5 is not there"),
        ({"mode": "eval", "out": "/nowhere"}, "/nowhere/checkpoints: no checkpoint here"),
    ],
)
def test_arguments_that_do_not_go_together_are_refused(changes: dict, sentence: str) -> None:
    with pytest.raises(AwacError, match=sentence):
        PUSHING.plan({"mode": "collect", **changes})


@pytest.mark.parametrize("source", ["prior.hdf5", "prior.yaml"])
def test_data_of_another_reward_rule_are_refused_before_anything_starts(
    prior: Path, tmp_path: Path, source: str
) -> None:
    (tmp_path / "prior.yaml").write_text("sources: [{path: prior.hdf5}]")
    values = {"mode": "train", "prior": str(tmp_path / source)}
    with pytest.raises(AwacError, match=r"prior\.hdf5 holds rewards by the rule task.* relabel --reward person"):
        PUSHING.plan({**values, "reward": "person"})
    assert PUSHING.plan(values)


def test_an_unknown_graph_is_refused() -> None:
    with pytest.raises(AwacError, match="there is no graph 'pulling'; the graphs are pushing"):
        find_graph("pulling")
