"""Stand-ins for rospy and intera_interface: put this folder on PYTHONPATH, and sawyer_agent.py runs unmodified."""
