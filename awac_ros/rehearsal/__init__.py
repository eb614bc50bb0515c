"""The physical Sawyer's side without the robot: what its ROS 1 side does, simulated, and the drills run against it."""
