"""awac data: look at episodes, change them, and carry them to and from other formats."""

from awac_ros.cli.data import change, exchange, look, picture
from awac_ros.cli.data.group import data

__all__ = ["change", "data", "exchange", "look", "picture"]
