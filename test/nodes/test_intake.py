from dataclasses import replace

import numpy as np

from awac_ros.data import Transitions
from awac_ros.nodes.intake import Intake
from awac_ros.tasks import Pushing

LAYOUT = Pushing().layout


def episode(number: int, steps: int, *, ended: bool = True, actor: str = "a" * 32) -> Transitions:
    last = np.arange(steps) == steps - 1
    return Transitions(
        observation=np.zeros((steps, 8)),
        action=np.zeros((steps, 2)),
        reward=np.zeros(steps),
        next_observation=np.zeros((steps, 8)),
        terminated=np.zeros(steps, bool),
        truncated=last & ended,
        intervened=np.zeros(steps, bool),
        policy_version=np.zeros(steps, int),
        step_time=np.zeros(steps),
        actor_id=np.full(steps, actor),
        episode=np.full(steps, number),
        step=np.arange(steps),
    )


def test_portions_are_episodes_however_the_pulls_cut_them() -> None:
    stream = Transitions.concatenate(episode(number, steps) for number, steps in enumerate((5, 3, 7)))
    for cut in range(len(stream) + 1):
        intake, portions = Intake(LAYOUT), []
        for part, more in ((stream[:cut], True), (stream[cut:], False)):
            intake.put(part)
            while portion := intake.portion(more):
                portions.append(len(intake.take(portion)))
        assert portions == [5, 3, 7]


def test_an_episode_that_was_cut_off_ends_where_the_next_begins() -> None:
    intake = Intake(LAYOUT)
    intake.put(episode(0, 4, ended=False))
    intake.put(episode(0, 6, actor="b" * 32))
    assert intake.portion(more_to_come=True) == 4


def test_an_unfinished_episode_waits_only_while_there_is_more_to_come() -> None:
    intake = Intake(LAYOUT)
    intake.put(episode(0, 4, ended=False))
    assert intake.portion(more_to_come=True) == 0
    assert intake.portion(more_to_come=False) == 4


def test_a_key_that_comes_twice_is_counted() -> None:
    intake = Intake(LAYOUT)
    intake.put(episode(0, 4))
    intake.put(episode(1, 4))
    assert intake.repeated_keys == 0
    intake.put(episode(0, 3))
    assert intake.repeated_keys == 3


def test_a_step_number_out_of_this_world_costs_nothing() -> None:
    intake, rows = Intake(LAYOUT), episode(0, 1)
    intake.put(replace(rows, step=np.array([2**62])))
    intake.put(replace(rows, step=np.array([2**62])))
    assert intake.repeated_keys == 1
