from dataclasses import replace

from awac_ros.learning.trainer import Trainer
from awac_ros.studies.catalog import STUDIES
from awac_ros.tasks import Pushing


def test_every_variant_is_awac_with_one_thing_changed_and_can_be_trained():
    base, *others = STUDIES["options"].variants
    assert base == STUDIES["pushing"].variant("awac")
    for variant in others:
        method = variant.trainer.method != base.trainer.method
        replay = variant.trainer.replay != base.trainer.replay
        course = replace(variant, trainer=base.trainer, name=base.name) != base
        assert method + replay + course == 1, variant.name
        Trainer(Pushing(), variant.trainer, seed=0)
    assert len({variant.name for variant in (base, *others)}) == 1 + len(others) > 12
