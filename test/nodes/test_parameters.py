from dataclasses import dataclass

import pytest
from rclpy.parameter import Parameter

from awac_ros.errors import AwacError
from awac_ros.nodes.parameters import declare, parameter
from awac_ros.nodes.runner import RunnableNode


@dataclass(frozen=True)
class Config:
    speed: float = parameter(1.0, "How fast.", low=0.1, high=10.0)
    mode: str = parameter("train", "What to do.", choices=("train", "eval"))
    lockstep: bool = parameter(False, "Whether to wait.")
    seed: int = parameter(0, "Of everything.", low=0, high=100)
    corner: tuple = parameter((0.0, 1.0), "Where.")


def declared(*words: str) -> tuple[RunnableNode, Config]:
    arguments = [part for word in words for part in ("-p", word)]
    node = RunnableNode("tested", cli_args=["--ros-args", *arguments] if arguments else [])
    return node, declare(node, Config())


def test_what_is_not_given_keeps_its_default(ros: None) -> None:
    node, config = declared("seed:=7", "speed:=2")
    assert config == Config(speed=2.0, seed=7)
    assert node.get_parameter("seed").value == 7 and node.get_parameter("mode").value == "train"


def test_a_point_is_given_as_a_list_of_numbers(ros: None) -> None:
    node, config = declared("corner:=[1.5, -2.0]")
    assert config.corner == (1.5, -2.0)
    assert list(node.get_parameter("corner").value) == [1.5, -2.0]


def test_each_parameter_explains_itself_and_is_fixed(ros: None) -> None:
    node, _ = declared("seed:=7")
    descriptor = node.describe_parameter("speed")
    assert descriptor.description == "How fast." and descriptor.read_only
    assert descriptor.floating_point_range[0].to_value == 10.0
    assert not node.set_parameters([Parameter("seed", value=8)])[0].successful


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("sped:=2.0", "unknown parameter 'sped'; the parameters are corner, lockstep, mode, seed, speed"),
        ("speed:=20.0", "speed is 20.0, but must lie in"),
        ("speed:=fast", "speed is 'fast', but must be of type float"),
        ("mode:=sleep", "mode is 'sleep', but must be one of train, eval"),
        ("lockstep:=1", "lockstep is 1, but must be of type bool"),
        ("seed:=1.5", "seed is 1.5, but must be of type int"),
        ("corner:=[1.0, 2.0, 3.0]", r"corner is \[1.0, 2.0, 3.0\], but must be 2 numbers"),
        ("corner:=[here, there]", "but must be 2 numbers"),
        ("corner:=1.0", "corner is 1.0, but must be of type tuple"),
    ],
)
def test_what_can_not_be_meant_is_refused_by_name(ros: None, word: str, sentence: str) -> None:
    with pytest.raises(AwacError, match=sentence):
        declared(word)


def test_the_parameters_of_ros_are_not_unknown(ros: None) -> None:
    assert declared("use_sim_time:=true")[1] == Config()
