"""The pushing task: ros2 launch awac_ros pushing.launch.py mode:=collect|train|eval (--show-args explains each)."""

import sys
from pathlib import Path

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, EmitEvent, OpaqueFunction, SetEnvironmentVariable
from launch.events import Shutdown
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from awac_ros.nodes import middleware
from awac_ros.nodes.description import Start
from awac_ros.nodes.graph import PUSHING
from awac_ros.nodes.up import enclave


def generate_launch_description() -> LaunchDescription:
    """The arguments, and the nodes as the graph's description plans them."""
    declared = [
        DeclareLaunchArgument(
            argument.name,
            default_value=argument.default,
            description=argument.description,
            choices=argument.choices or None,
        )
        for argument in PUSHING.arguments
    ]
    settings = [SetEnvironmentVariable(name, value) for name, value in middleware.settings().items()]
    return LaunchDescription([*declared, *settings, OpaqueFunction(function=_nodes)])


def _nodes(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    if any(Path(word).name == Path(__file__).name for word in sys.argv):
        PUSHING.parse(context.argv)  # launch itself lets unknown arguments pass
    given = {argument.name: context.launch_configurations[argument.name] for argument in PUSHING.arguments}
    return [_node(start) for start in PUSHING.plan(given)]


def _node(start: Start) -> Node:
    parameters = {
        name: ParameterValue(value, value_type=str) if isinstance(value, str) else value
        for name, value in start.parameters.items()
    }
    return Node(
        package="awac_ros",
        executable=start.name,
        name=start.name,
        namespace=start.namespace,
        parameters=[str(start.params_file), parameters],
        remappings=list(start.remappings.items()),
        ros_arguments=["--log-level", start.log_level, "--enclave", enclave(start.name)],
        output="screen",
        on_exit=lambda event, _: (
            [EmitEvent(event=Shutdown(reason=f"{start.name} has ended"))]
            if start.ends_graph or event.returncode
            else []
        ),
    )
