"""The benches run through the real nodes and fill in the form; how fast this machine is plays no part here."""

import math

from awac_ros.bench import buffer, sim, teleop_keyboard


def test_the_buffer_commits_what_it_is_sent_and_hands_all_of_it_out(monkeypatch):
    monkeypatch.setattr(buffer, "COUNT", 1_000)
    monkeypatch.setattr(buffer, "SECONDS", 1.0)
    measures = buffer.measure(transitions=2_000)
    assert [measure.unit for measure in measures] == ["transitions/s"] * 4 + ["MB/s", "ms", "ms", "MB"]
    assert all(math.isfinite(measure.value) and measure.value > 0 for measure in measures[:-1])


def test_the_simulator_is_timed_plain_and_through_the_graph(monkeypatch):
    monkeypatch.setattr(sim, "EPISODES_TIMED", 4)  # fewer can be over before they are heard
    measures = sim.measure()
    assert [measure.target for measure in measures] == [">= 800", ">= 150"]
    assert all(measure.value > 0 for measure in measures)


def test_a_key_is_timed_from_the_terminal_to_the_twist(monkeypatch):
    monkeypatch.setattr(teleop_keyboard, "PRESSES", 3)
    measures = teleop_keyboard.measure()
    assert [measure.target for measure in measures] == ["< 30", None, "< 30", None, None]
    assert all(measure.value > 0 for measure in measures)
