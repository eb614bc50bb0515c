import numpy as np

from awac_ros.data import EpisodeBuilder, Outcome, Transitions
from awac_ros.nodes.assembler import EpisodeAssembler

ACTOR = "a" * 32


def steps(count: int, episode: int = 0) -> Transitions:
    builder = EpisodeBuilder(ACTOR, episode)
    for step in range(count):
        end = step == count - 1
        builder.add(np.full(8, step), np.zeros(2), 0.0, np.full(8, step + 1), truncated=end, step_time=0.0)
    return builder.transitions()


def test_an_episode_is_whole_when_its_end_and_all_its_steps_have_come_in_any_order() -> None:
    assembler = EpisodeAssembler(patience=5.0)
    assembler.end(ACTOR, 0, 5, Outcome.SUCCESS, now=0.0)
    assembler.add(steps(5)[2:])
    assert assembler.take_whole() == []
    assembler.add(steps(5)[:2])
    (episode,) = assembler.take_whole()
    assert episode.transitions.step.tolist() == [0, 1, 2, 3, 4] and episode.success
    assert assembler.take_whole() == []


def test_steps_alone_are_not_an_episode() -> None:
    assembler = EpisodeAssembler(patience=5.0)
    assembler.add(steps(5))
    assert assembler.take_whole() == [] and assembler.take_broken(1e9) == []


def test_missing_steps_are_named_and_the_episode_is_refused() -> None:
    assembler = EpisodeAssembler(patience=5.0)
    assembler.add(steps(6)[np.array([0, 1, 4])])
    assembler.end(ACTOR, 0, 6, Outcome.SUCCESS, now=10.0)
    assert assembler.take_broken(15.0) == []
    (sentence,) = assembler.take_broken(15.1)
    assert "3 of 6 steps never came (2, 3, 5)" in sentence
    assembler.add(steps(6)[np.array([2, 3, 5])])
    assert assembler.take_whole() == []


def test_a_discarded_episode_leaves_nothing_behind() -> None:
    assembler = EpisodeAssembler(patience=5.0)
    assembler.add(steps(3)[:2])
    assembler.end(ACTOR, 0, 3, Outcome.DISCARDED, now=0.0)
    assembler.add(steps(3)[2:])
    assert assembler.take_whole() == [] and assembler.take_broken(1e9) == []


def test_a_message_may_hold_several_episodes() -> None:
    assembler = EpisodeAssembler(patience=5.0)
    assembler.add(Transitions.concatenate([steps(2), steps(3, episode=1)]))
    assembler.end(ACTOR, 1, 3, Outcome.FAILURE, now=0.0)
    assembler.end(ACTOR, 0, 2, Outcome.SUCCESS, now=0.0)
    assert [len(episode) for episode in assembler.take_whole()] == [2, 3]


def test_steps_that_make_no_episode_are_refused_by_name_and_the_next_is_whole() -> None:
    assembler = EpisodeAssembler(patience=5.0)
    assembler.add(steps(4)[np.array([0, 1, 1, 3])])
    assembler.end(ACTOR, 0, 4, Outcome.SUCCESS, now=0.0)
    assembler.add(steps(3, episode=1))
    assembler.end(ACTOR, 1, 3, Outcome.SUCCESS, now=0.0)
    (episode,) = assembler.take_whole()
    assert len(episode) == 3
    (sentence,) = assembler.take_broken(0.0)
    assert "steps are not 0, 1, ... 3" in sentence
    assert assembler.take_broken(0.0) == []


def test_a_claim_of_billions_of_steps_is_refused_at_once() -> None:
    assembler = EpisodeAssembler(patience=5.0)
    assembler.end(ACTOR, 0, 2**32 - 1, Outcome.SUCCESS, now=0.0)
    (sentence,) = assembler.take_broken(5.1)
    assert "4294967295 of 4294967295 steps never came (0, 1, 2, 3, 4, ...)" in sentence


def test_a_message_of_very_many_episodes_is_taken_at_once() -> None:
    assembler = EpisodeAssembler(patience=5.0)
    many = Transitions.concatenate([steps(1)] * 20_000)
    object.__setattr__(many, "episode", np.arange(20_000))
    assembler.add(many)
    for number in range(20_000):
        assembler.end(ACTOR, number, 1, Outcome.SUCCESS, now=0.0)
    assert len(assembler.take_whole()) == 20_000
