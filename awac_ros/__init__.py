"""AWAC on a real arm: a ROS 2 control stack that learns from old data and keeps learning on the table."""

__version__ = "0.1.0"
