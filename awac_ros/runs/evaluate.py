"""`awac eval`: a saved policy in the plain environment."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from awac_ros.data.json_file import write_json
from awac_ros.errors import AwacError
from awac_ros.learning import checkpoint
from awac_ros.learning.weights import PolicyWeights
from awac_ros.runs import workers
from awac_ros.runs.narrator import Narrator
from awac_ros.runs.workers import Workers
from awac_ros.tasks import Pushing


def read_policy(path: Path) -> PolicyWeights:
    """The policy in a .safetensors file, a checkpoint's folder, the folder of checkpoints, or a run's folder.

    AwacError where there is none, or where it is of another layout than the pushing task's.
    """
    layout_hash = Pushing().layout.hash
    if path.is_file():
        return PolicyWeights.from_bytes(path.read_bytes(), source=str(path), layout_hash=layout_hash)
    if (path / "checkpoint.json").is_file():
        data = checkpoint.read(path, "policy.safetensors")
        return PolicyWeights.from_bytes(data, source=str(path), layout_hash=layout_hash)
    for folder in (path, path / "checkpoints"):
        if checkpoint.exists(folder):
            return checkpoint.read_policy(folder, layout_hash)
    raise AwacError(f"{path}: no policy here; name the folder of a checkpoint or a run, or a .safetensors file")


def evaluate_checkpoint(path: Path, seed: int, episodes: int, json: Path | None) -> None:
    """Print, and write to `json` where given, what the policy's episodes came to."""
    weights, narrator = read_policy(path), Narrator()
    with Workers() as crew, narrator.bar(f"Evaluating {path} in {episodes} episodes", episodes) as told:
        futures = [crew.evaluate(weights, seed, share) for share in workers.shares(episodes)]
        results = []
        for future in futures:
            results.append(future.result())
            told(sum(result.episodes for result in results))
    result = workers.join(results)
    narrator.say(
        f"success at the end {result.final_success:.1%}, at any time {result.any_success:.1%}, "
        f"distance at the end {100 * result.final_distance:.1f} cm"
    )
    if json is not None:
        write_json(json, {**asdict(result), "checkpoint": str(path), "seed": seed, "updates": weights.learner_step})
