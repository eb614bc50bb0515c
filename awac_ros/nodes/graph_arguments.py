"""The arguments of the pushing task's graph, described here and nowhere else."""

from __future__ import annotations

from typing import get_args

from awac_ros.data.labels import LiveRule
from awac_ros.nodes.description import Argument
from awac_ros.resources import resource
from awac_ros.tasks import TASKS, Pushing

STARTED_DEVICES = ("gamepad", "joy", "spacemouse")
"""A keyboard needs a terminal, which a launcher does not give its nodes."""

ARGUMENTS = (
    Argument(
        "mode",
        "train",
        "collect: record demonstrations; train: learn while acting; eval: act with a trained policy",
        choices=("collect", "train", "eval"),
    ),
    Argument("task", Pushing.name, "what is learned (docs/howto/own_task.md: one of your own)", choices=tuple(TASKS)),
    Argument("sim", "true", "true: the simulated Sawyer; false: the physical one (read docs/robot.md first)", bool),
    Argument("robot_host", "127.0.0.1", "with sim:=false: the machine on which the robot's agent runs"),
    Argument(
        "puck_topic",
        "puck_pose",
        "with sim:=false: where a tracker publishes the puck's geometry_msgs/PoseStamped in the frame base",
    ),
    Argument(
        "teleop",
        "auto",
        "who drives: a scripted operator (collect), or a person with a device, who can also take over from a policy; "
        "browser is the operator's page; keyboard is that of the terminal `awac up` runs in, elsewhere run `awac "
        "teleop keyboard` in a terminal; auto is scripted in simulation, and has to be named for the physical arm",
        choices=("auto", "scripted", "browser", "keyboard", *STARTED_DEVICES, "none"),
    ),
    Argument("mapping", "", "YAML file of the device's axes, buttons and speed (empty: config/teleop_<device>.yaml)"),
    Argument(
        "dead_man",
        "",
        "s: the arm moves by itself only while a person holds a button, said again at least so often, such as 0.25 "
        "(empty: as in params_file, 0: it moves without)",
        float,
    ),
    Argument(
        "push_back",
        "false",
        "true: before an episode the arm pushes the puck to where it starts, and asks a person where that fails; else "
        "the physical puck stays where it lies, and the simulated one is put in place",
        bool,
    ),
    Argument("console", "", "true: serve the operator's page in a browser (empty: true in real time)", bool),
    Argument("console_port", "8080", "of the operator's page; where it is taken, one of the next", int),
    Argument("lockstep", "false", "true: the simulated world waits for the nodes; fast, and repeatable by seed", bool),
    Argument("demos", "", "HDF5 file of demonstrations: collect writes it (empty: <out>/demos.hdf5), train reads it"),
    Argument("prior", "", "HDF5 file of other old episodes, good or bad, to train on; or a .yaml list of sources"),
    Argument(
        "checkpoint", "", "folder of a checkpoint: train goes on from it, eval acts with it (empty: <out>/checkpoints)"
    ),
    Argument("out", "runs/up", "folder for the transition store, checkpoints, policies and TensorBoard logs"),
    Argument("episodes", "20", "collect ends when the file holds so many, eval after so many; 0: with Ctrl-C", int),
    Argument(
        "env_steps", "3000", "train ends when so many environment steps are made and trained on; 0: with Ctrl-C", int
    ),
    Argument(
        "reward",
        "task",
        "task: the task's own; person: -1 a step, 0 and the end at the step where a person marks success",
        choices=get_args(LiveRule),
    ),
    Argument(
        "host",
        "all",
        "which nodes start here: all; robot: all but the learner; trainer: the learner alone (read docs/two_hosts.md)",
        choices=("all", "robot", "trainer"),
    ),
    Argument("device", "cpu", "where the learner makes its updates: cpu, or cuda for a GPU"),
    Argument("seed", "0", "of scenes, exploration and training", int),
    Argument("namespace", "", "ROS namespace of all nodes and topics"),
    Argument("params_file", str(resource("config/pushing.yaml")), "ROS parameter file with everything else"),
    Argument("use_sim_time", "false", "true: all nodes follow the simulated arm's /clock", bool),
    Argument("log_level", "info", "of all nodes", choices=("debug", "info", "warn", "error", "fatal")),
)
