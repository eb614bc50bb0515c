"""The policy for inference: numpy alone, so that the process that moves the arm stays light and prompt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from awac_ros.errors import AwacError
from awac_ros.learning.weights import PolicyWeights


@dataclass(frozen=True, eq=False)
class _Layer:
    weight: np.ndarray  # (out, in)
    bias: np.ndarray  # (out,)
    output: np.ndarray  # (out,), written by every call


class Policy:
    """A Gaussian whose mean is the tanh of an MLP, its samples clipped into [-1, 1]; or the tanh of a Gaussian."""

    def __init__(self, weights: PolicyWeights) -> None:
        tensors = weights.tensors
        self.version = weights.version
        try:
            _check_numbers(tensors)
            self._matrix, self._offset = tensors["features.matrix"], tensors["features.offset"]
            self._layers = []
            while f"layer{len(self._layers)}.weight" in tensors:
                name = f"layer{len(self._layers)}"
                weight, bias = (np.ascontiguousarray(tensors[f"{name}.{part}"]) for part in ("weight", "bias"))
                self._layers.append(_Layer(weight, bias, np.empty_like(bias)))
            self._log_std_low, self._log_std_high = tensors["log_std_range"].tolist()
            self._log_std_logit = tensors.get("log_std_logit")
            self._squashed = bool(tensors.get("squashed", False))
            self._check()
        except (KeyError, IndexError, ValueError) as error:
            raise AwacError(
                f"policy weights: {error} is missing or not as it should be; take what awac_ros wrote"
            ) from error
        self._input = np.empty_like(self._offset)

    @classmethod
    def from_weights(cls, weights: PolicyWeights) -> Policy:
        """The policy of these weights.

        Tensors: features.matrix (F, O) and features.offset (F,), the layers `layer0.weight` (out, in), `layer0.bias`
        (out,), `layer1.weight`, ..., log_std_range (2,), and log_std_logit (A,) where the standard deviation does not
        depend on the state; else the last layer's second half holds it. A `squashed` () that is not 0 makes the policy
        the tanh of a Gaussian; it may be left out. AwacError if any other is missing, or if anything is not finite
        float32.
        """
        return cls(weights)

    def mean(self, observation: np.ndarray) -> np.ndarray:
        """(action_size,) float32 in [-1, 1]: the tanh of the MLP at observation (observation_size,) float32."""
        return np.tanh(self._forward(observation)[: self.action_size])

    def sample(self, observation: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """(action_size,) float32 in [-1, 1]: one draw at observation (observation_size,) float32."""
        output = self._forward(observation)
        logit = output[self.action_size :] if self._log_std_logit is None else self._log_std_logit
        span = self._log_std_high - self._log_std_low
        std = np.exp(self._log_std_low + span / (1.0 + np.exp(-logit)))
        noise = rng.standard_normal(self.action_size, np.float32)
        mean = output[: self.action_size]
        if self._squashed:
            return np.tanh(mean + std * noise)
        return np.clip(np.tanh(mean) + std * noise, -1.0, 1.0, dtype=np.float32)

    def _forward(self, observation: np.ndarray) -> np.ndarray:
        x = np.add(np.dot(self._matrix, observation, out=self._input), self._offset, out=self._input)
        for layer in self._layers[:-1]:
            x = np.dot(layer.weight, x, out=layer.output)
            np.add(x, layer.bias, out=x)
            np.maximum(x, 0.0, out=x)
        last = self._layers[-1]
        return np.add(np.dot(last.weight, x, out=last.output), last.bias, out=last.output)

    def _check(self) -> None:
        size = len(self._offset)
        if self._matrix.ndim != 2 or len(self._matrix) != size:
            raise ValueError(f"features.matrix {self._matrix.shape}")
        if not self._layers:
            raise ValueError("layer0.weight")
        for number, layer in enumerate(self._layers):
            if layer.weight.shape != (len(layer.bias), size):
                raise ValueError(f"layer{number}.weight {layer.weight.shape}")
            size = len(layer.bias)
        self.observation_size = self._matrix.shape[1]
        self.action_size = size // 2 if self._log_std_logit is None else size
        if self._log_std_logit is not None and self._log_std_logit.shape != (size,):
            raise ValueError(f"log_std_logit {self._log_std_logit.shape}")


def _check_numbers(tensors: dict[str, np.ndarray]) -> None:
    for name, tensor in tensors.items():
        if tensor.dtype != np.float32:
            raise ValueError(f"{name} of type {tensor.dtype}")
        if not np.isfinite(tensor).all():
            raise ValueError(f"{name}, which is not finite,")
