from awac_msgs.msg import EpisodeStatus
from awac_ros.nodes import qos
from awac_ros.nodes.console_topics import ConsoleTopics


def test_an_episode_of_an_unknown_state_or_outcome_is_shown_nowhere_and_the_next_one_is(world) -> None:
    topics = ConsoleTopics(world.node, control_period=0.1, earlier=[], made=0)
    publisher = world.node.create_publisher(EpisodeStatus, "episode/status", qos.EPISODES)
    publisher.publish(EpisodeStatus(episode=7, state=9))
    publisher.publish(EpisodeStatus(episode=8, state=EpisodeStatus.ENDED, outcome=9))
    publisher.publish(EpisodeStatus(episode=9, state=EpisodeStatus.ENDED, outcome=EpisodeStatus.SUCCESS))
    world.until(topics.take_history)
    assert [one.number for one in topics.board.ended] == [9]
