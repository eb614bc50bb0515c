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
from awac_ros.tasks import task_with_layout


def read_policy(path: Path) -> PolicyWeights:
    """The policy in a .safetensors file, a checkpoint's folder, the folder of checkpoints, or a run's folder.

    AwacError where there is none.
    """
    if path.is_file():
        return PolicyWeights.from_bytes(path.read_bytes(), source=str(path))
    if (path / "checkpoint.json").is_file():
        data = checkpoint.read(path, "policy.safetensors")
        return PolicyWeights.from_bytes(data, source=str(path))
    for folder in (path, path / "checkpoints"):
        if checkpoint.exists(folder):
            return checkpoint.read_policy(folder)
    raise AwacError(f"{path}: no policy here; name the folder of a checkpoint or a run, or a .safetensors file")


def evaluate_checkpoint(path: Path, seed: int, episodes: int, json: Path | None) -> None:
    """Print, and write to `json` where given, what the policy's episodes came to."""
    weights, narrator = read_policy(path), Narrator()
    task = task_with_layout(weights.layout_hash, str(path))
    with Workers(task.name) as crew, narrator.bar(f"Evaluating {path} in {episodes} episodes", episodes) as told:
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
        about = {"checkpoint": str(path), "task": task.name, "seed": seed, "updates": weights.learner_step}
        write_json(json, {**asdict(result), **about})
