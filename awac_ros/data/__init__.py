"""Transitions and episodes: their types, the HDF5 files of demos, and the durable store."""

from awac_ros.data.episode import Episode, EpisodeBuilder, Outcome
from awac_ros.data.layout import Field, Layout
from awac_ros.data.transitions import Transitions

__all__ = ["Episode", "EpisodeBuilder", "Field", "Layout", "Outcome", "Transitions"]
