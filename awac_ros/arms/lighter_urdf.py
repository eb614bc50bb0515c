"""The URDF without what costs time in every physics step: the head's joint, and shapes that touch nothing."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

HAND = ("right_l6", "right_hand", "right_gripper_base", "right_pushing_tip")
"""The links that can reach the table and the puck: the limiter keeps the tip in its box, and all others above."""


def lighter_urdf(urdf: Path, folder: Path) -> Path:
    """Such a copy of the arm's URDF in `folder`."""
    tree = ElementTree.parse(urdf)
    tree.find("joint[@name='head_pan']").set("type", "fixed")
    for link in tree.findall("link"):
        if link.get("name") not in HAND:
            for shape in link.findall("collision"):
                link.remove(shape)
    copy = folder / urdf.name
    tree.write(copy)
    return copy
