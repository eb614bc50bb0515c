"""Help comes at once: what takes long to import is imported by the command that needs it."""

import subprocess
import sys


def test_the_command_line_imports_nothing_heavy():
    script = (
        "import sys, awac_ros.cli; "
        "print([name for name in ('torch', 'rclpy', 'pybullet', 'pinocchio', 'h5py', 'matplotlib', 'gymnasium', "
        "'pyarrow', 'rosbags') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
