import numpy as np

from awac_ros.arms import make_arm
from awac_ros.nodes.human import Mark
from awac_ros.nodes.scripted_operator import ScriptedOperator
from awac_ros.tasks import Pushing, WorldState

EPISODES = 15


def test_it_pushes_the_puck_to_the_goal_and_is_not_perfect() -> None:
    task, arm = Pushing(), make_arm("bullet")
    rounds = round(task.layout.control_period / arm.inner_period)
    successes, backwards = 0, 0
    for number in range(EPISODES):
        scene = task.sample_scene(np.random.default_rng([5, number]))
        arm.reset(scene.p_base_tip, scene.p_base_puck)
        person = ScriptedOperator(np.random.default_rng(number))
        goal = np.append(scene.goal[2:], scene.p_base_puck[2])
        for _ in range(task.horizon):
            state, puck = arm.state(), arm.puck_position()
            answer = person.answer(state.p_base_tip, puck, goal)
            if answer is Mark.SUCCESS:
                world = WorldState(state.p_base_tip, state.q_base_tip, puck)
                successes += bool(task.success(task.observe(world, scene.goal)))
                break
            backwards += answer[:2] @ (goal - puck)[:2] < 0.0
            for _ in range(rounds):
                arm.follow(answer)
    assert successes >= 0.8 * EPISODES
    assert backwards > 0
    arm.close()


def test_one_seed_gives_one_hand() -> None:
    tip, puck, goal = np.array([0.5, 0.0, 0.06]), np.array([0.6, 0.0, 0.06]), np.array([0.6, 0.15, 0.06])
    hands = [ScriptedOperator(np.random.default_rng(seed)) for seed in (1, 1, 2)]
    first, same, other = (np.array([hand.answer(tip, puck, goal) for _ in range(30)]) for hand in hands)
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()
    assert np.abs(first).max() <= 0.2


def test_it_holds_still_at_the_goal_before_it_says_so() -> None:
    person = ScriptedOperator(np.random.default_rng(0))
    tip, puck = np.array([0.5, 0.0, 0.06]), np.array([0.6, 0.0, 0.06])
    answers = [person.answer(tip, puck, puck) for _ in range(13)]
    assert all(not answer.any() for answer in answers[:12])
    assert answers[12] is Mark.SUCCESS
