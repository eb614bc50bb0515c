"""The ROS graph: one thin node a file, and what they share; graph.py describes who runs when."""
