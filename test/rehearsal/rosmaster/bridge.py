"""Puts the simulated robot's topics on a real ROS 1 master: `bridge.py PORT`."""

import json
import socket
import sys

import rospy
from sensor_msgs.msg import JointState
from std_msgs.msg import String

LIMB = "robot/limb/right/"
FROM_ROBOT = (
    "robot/state",
    "robot/joint_limits",
    LIMB + "endpoint_state",
    LIMB + "collision_detection_state",
    "io/robot/cuff/state",
)
TO_ROBOT = (
    LIMB + "joint_command",
    LIMB + "joint_command_timeout",
    "robot/set_super_enable",
    "robot/set_super_reset",
    "io/end_effector/command",
)

robot = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
lines = robot.makefile("r")
parameters = json.loads(lines.readline())["parameters"]
rospy.init_node("simulated_robot", disable_signals=True)
for name, value in parameters.items():
    rospy.set_param(name, value)


def send(message):
    robot.sendall(json.dumps(message).encode() + b"\n")


for topic in TO_ROBOT:
    rospy.Subscriber(
        topic, String, lambda message, topic=topic: send({"topic": topic, "data": json.loads(message.data)})
    )
publishers = {topic: rospy.Publisher(topic, String, queue_size=1, tcp_nodelay=True) for topic in FROM_ROBOT}
joint_states = rospy.Publisher("robot/joint_states", JointState, queue_size=1, tcp_nodelay=True)
for topic in (*FROM_ROBOT, "robot/joint_states"):
    send({"subscribe": topic})
for line in lines:
    message = json.loads(line)
    data = message["data"]
    if message["topic"] == "robot/joint_states":
        joints = JointState(name=data["name"], position=data["position"])
        joints.velocity, joints.effort = data["velocity"], data["effort"]
        joints.header.stamp = rospy.Time(**data["header"]["stamp"])
        joint_states.publish(joints)
    else:
        publishers[message["topic"]].publish(String(json.dumps(data)))
