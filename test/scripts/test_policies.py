"""config/sros2/ allows each node what it was seen to use, and nothing else."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest

from awac_ros.nodes.__main__ import NODES

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = ROOT / "config" / "sros2"


def allowed(node: str, right: str) -> set[str]:
    (listed,) = Tree.parse(COMMITTED / f"{node}.policy.xml").findall(f".//*[@{right}='ALLOW']")
    return {entry.text for entry in listed}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("policies")
    subprocess.run([sys.executable, "-m", "scripts.policies", str(folder)], cwd=ROOT, check=True)
    return folder


def test_every_node_has_a_policy_and_nobody_else() -> None:
    assert {path.name for path in COMMITTED.iterdir()} == {f"{node}.policy.xml" for node in NODES}


@pytest.mark.parametrize("node", NODES)
def test_a_policy_is_what_the_running_node_uses(made, node) -> None:
    same = (COMMITTED / f"{node}.policy.xml").read_text() == (made / f"{node}.policy.xml").read_text()
    assert same, f"{node} uses other topics or services now; look at what, then: python -m scripts.policies"


def test_the_actor_alone_may_command_the_arm_and_the_learner_alone_may_send_weights() -> None:
    assert [node for node in NODES if "arm/command" in allowed(node, "publish")] == ["actor"]
    assert [node for node in NODES if "policy/weights" in allowed(node, "publish")] == ["learner"]


def test_the_actor_alone_may_append_and_the_learner_alone_may_pull() -> None:
    assert "buffer/append" in allowed("actor", "request")
    assert "buffer/pull" in allowed("learner", "request")
    assert {"buffer/append", "buffer/pull"} <= allowed("buffer", "reply")
