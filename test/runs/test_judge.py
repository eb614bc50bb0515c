"""Each policy is evaluated once, the same way whenever it is."""

from awac_ros.bench.data import random_transitions
from awac_ros.learning.trainer import Trainer, TrainerConfig
from awac_ros.runs import workers
from awac_ros.runs.evaluations import read_all
from awac_ros.runs.judge import Judge
from awac_ros.runs.workers import Workers
from awac_ros.tasks import Pushing


def test_policies_are_evaluated_once_and_again_the_same_when_their_result_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "EPISODES_AT_ONCE", 1)
    trainer = Trainer(Pushing(), TrainerConfig(), seed=0)
    trainer.add_prior(random_transitions(Pushing().layout, 200, seed=0))
    policies, evaluations = tmp_path / "policies", tmp_path / "evaluations"
    policies.mkdir()
    for steps in (0, 100):
        (policies / f"step_{steps:06d}.safetensors").write_bytes(trainer.policy_weights(0, steps).to_bytes())

    with Workers() as crew:
        waiting = []
        Judge(crew, policies, evaluations, seed=0, episodes=2).finish(waiting.append)
        first = read_all(evaluations)
        assert [one.env_steps for one in first] == [0, 100]
        assert all(one.episodes == 2 for one in first)
        assert first[0].seed != first[1].seed
        assert waiting[0] == 2

        (evaluations / "step_000000.json").unlink()
        again = []
        Judge(crew, policies, evaluations, seed=0, episodes=2).finish(again.append)
        assert again[0] == 1
        assert read_all(evaluations) == first
