"""config/sros2/: one SROS 2 policy a node, which allows what the node has in the ROS graph and nothing else."""
