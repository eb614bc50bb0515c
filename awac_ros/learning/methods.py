"""The methods by name, as settings give them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from awac_ros.errors import AwacError
from awac_ros.learning.awac import Awac, AwacConfig
from awac_ros.learning.bc import Bc, BcConfig
from awac_ros.learning.method import Method
from awac_ros.learning.sac import Sac, SacConfig
from awac_ros.tasks import Task

MethodConfig = AwacConfig | BcConfig | SacConfig
"""The settings of any method; their class says which."""

_METHODS: dict[str, tuple[type[MethodConfig], type[Method]]] = {
    "awac": (AwacConfig, Awac),
    "bc": (BcConfig, Bc),
    "sac": (SacConfig, Sac),
}


def make_method(task: Task, config: MethodConfig, seed: int, device: str) -> Method:
    """The method that these settings are of."""
    return _METHODS[name(config)][1](task.features(), task.layout.action_size, config, seed, device)


def name(config: MethodConfig) -> str:
    """The method's name, e.g. "awac"."""
    return next(name for name, (kind, _) in _METHODS.items() if type(config) is kind)


def to_dict(config: MethodConfig) -> dict[str, Any]:
    """Plain values, the method's name among them."""
    return {"name": name(config), **asdict(config)}


def from_dict(values: dict[str, Any]) -> MethodConfig:
    """What `to_dict` gave, also after a detour through JSON; AwacError if there is no such method."""
    settings = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    method = settings.pop("name")
    if method not in _METHODS:
        raise AwacError(f"method '{method}' is not known; the methods are {', '.join(_METHODS)}")
    return _METHODS[method][0](**settings)
