from awac_ros.bench.data import random_transitions
from awac_ros.data import Episode, Outcome, demos
from awac_ros.nodes.learner_folder import new_trainer
from awac_ros.tasks import Pushing

TASK = Pushing()


def test_training_begins_with_files_and_lists_of_weighted_sources(tmp_path):
    demos.write(tmp_path / "a.hdf5", TASK.layout, [Episode(random_transitions(TASK.layout, 50, 0), Outcome.SUCCESS)])
    demos.write(tmp_path / "b.hdf5", TASK.layout, [Episode(random_transitions(TASK.layout, 20, 1), Outcome.FAILURE)])
    (tmp_path / "prior.yaml").write_text("sources: [{path: b.hdf5, weight: 3}]")
    trainer = new_trainer(TASK, 0, [tmp_path / "a.hdf5", tmp_path / "prior.yaml"], "cpu")
    assert trainer.replay.count("prior") == 50 + 3 * 20
