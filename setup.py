"""The ament_python package; installs alike under colcon and pip.

ros2 run and launch look for executables in lib/awac_ros alone, which pip fills only with data files: so each node
has a script of its own there, and the one console script is `awac`.
"""

from pathlib import Path

from setuptools import find_packages, setup

NAME = "awac_ros"


def shared(folder: str) -> list[tuple[str, list[str]]]:
    """The files below a folder, each to the same place below share/awac_ros."""
    files = sorted(p for p in Path(folder).rglob("*") if p.is_file() and p.suffix != ".pyc")
    return [(f"share/{NAME}/{file.parent}", [str(file)]) for file in files]


setup(
    name=NAME,
    version="0.1.0",
    description="AWAC on a real arm: a ROS 2 control stack that learns from old data and keeps learning on the table.",
    maintainer="awac_ros developers",
    maintainer_email="awac-ros@example.org",
    license="Apache-2.0",
    packages=find_packages(include=[NAME, f"{NAME}.*"]),
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
        *shared("launch"),
        *shared("config"),
        *shared("urdf"),
        *shared("awac_msgs/msg"),
        *shared("web"),
        (f"lib/{NAME}", [str(script) for script in sorted(Path("scripts/nodes").iterdir())]),
    ],
    install_requires=["setuptools"],
    extras_require={"test": ["pytest"]},
    entry_points={"console_scripts": [f"awac = {NAME}.cli:app"]},
    zip_safe=True,
)
