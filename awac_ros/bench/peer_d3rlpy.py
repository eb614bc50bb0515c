"""d3rlpy's AWAC, timed in its own environment: `awac bench learner --peer PYTHON` runs this file with that Python.

Reads one JSON object (sizes, threads, device) from standard input, then a number of updates a line; answers each with
seconds.
"""

from __future__ import annotations

import json
import os
import sys
import time


def main() -> None:
    """Answers go to the real standard output; whatever d3rlpy prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    sizes = json.loads(sys.stdin.readline())

    import d3rlpy
    import torch
    from d3rlpy.models.encoders import VectorEncoderFactory
    from d3rlpy.torch_utility import TorchMiniBatch

    torch.set_num_threads(sizes["threads"])
    encoder = VectorEncoderFactory(hidden_units=sizes["hidden"])
    config = d3rlpy.algos.AWACConfig(
        batch_size=sizes["batch"], actor_encoder_factory=encoder, critic_encoder_factory=encoder
    )
    device = sizes["device"]
    algorithm = config.create(device=device)
    algorithm.create_impl((sizes["observation"],), sizes["action"])
    rows = sizes["batch"]
    torch.set_default_device(device)
    action = torch.rand(rows, sizes["action"]) * 2 - 1
    batch = TorchMiniBatch(
        observations=torch.rand(rows, sizes["observation"]) * 2 - 1,
        actions=action,
        rewards=torch.rand(rows, 1) - 1,
        next_observations=torch.rand(rows, sizes["observation"]) * 2 - 1,
        next_actions=action,
        returns_to_go=torch.zeros(rows, 1),
        terminals=torch.zeros(rows, 1),
        intervals=torch.ones(rows, 1),
        device=device,
    )
    print(f"d3rlpy {d3rlpy.__version__}, torch {torch.__version__}", file=answers)
    done = 0
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            algorithm.impl.update(batch, done)
            done += 1
        if device != "cpu":
            torch.cuda.synchronize()
        print(time.perf_counter() - start, file=answers)


if __name__ == "__main__":
    main()
