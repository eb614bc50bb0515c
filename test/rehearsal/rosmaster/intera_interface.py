"""The stand-in for intera_interface upon the real rospy.

Joint states are real ones; every other message travels as JSON in a std_msgs/String.
"""

import json
import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import rospy
from sensor_msgs.msg import JointState
from std_msgs.msg import String


class Subscriber:
    def __init__(self, name, data_class=None, callback=None, queue_size=None, tcp_nodelay=False):
        def hear(message):
            callback(json.loads(message.data, object_hook=lambda pairs: SimpleNamespace(**pairs)))

        if name.endswith("joint_states"):
            data_class, hear = JointState, callback
        else:
            data_class = String
        _real.Subscriber(name, data_class, hear, queue_size=queue_size, tcp_nodelay=tcp_nodelay)


class Publisher:
    def __init__(self, name, data_class=None, queue_size=None, latch=False, tcp_nodelay=False):
        self._publisher = _real.Publisher(name, String, queue_size=queue_size, latch=latch, tcp_nodelay=tcp_nodelay)

    def publish(self, message=None):
        self._publisher.publish(String(json.dumps(message or {})))


_real, _json = rospy, ModuleType("rospy")
_json.Subscriber, _json.Publisher = Subscriber, Publisher
sys.modules["rospy"] = _json
exec(compile(Path(os.environ["STAND_IN"]).read_text(), os.environ["STAND_IN"], "exec"), globals())
sys.modules["rospy"] = _real
