"""docs/awac.md quotes the study's figures exactly, and settings that there are."""

import dataclasses
import re
from pathlib import Path

from awac_ros.learning.awac import AwacConfig
from awac_ros.learning.replay import ReplayConfig
from awac_ros.learning.trainer import TrainerConfig
from awac_ros.nodes.learner_config import LearnerConfig

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEXT = (DOCS / "awac.md").read_text()


def test_every_quoted_figure_is_the_studys_own():
    lines = (DOCS / "studies" / "pushing" / "results.md").read_text().splitlines()
    rows = {line.split("|")[1].strip(): line for line in lines if line.startswith("|")}
    quoted = re.findall(r"^\| .*?`([\w-]+)`, (\d) seeds\) \| (.*) \|$", TEXT, re.MULTILINE)
    assert [variant for variant, *_ in quoted] == ["awac", "bc", "sacfd", "sac", "sac-pretrained"]
    for variant, seeds, figures in quoted:
        columns = [cell.strip() for cell in rows[variant].split("|")[2:-1]]
        assert columns[0].startswith(f"{seeds} of ")
        before, lowest, last = columns[1], columns[5], columns[6]
        assert [cell.strip() for cell in figures.split("|")] == [before, lowest, last]


def test_every_setting_to_turn_exists():
    configs = (AwacConfig, ReplayConfig, TrainerConfig, LearnerConfig)
    known = {field.name for config in configs for field in dataclasses.fields(config)}
    turns = [line.rsplit("|", 2)[1] for line in TEXT[TEXT.index("| what you see |") :].splitlines() if "|" in line]
    named = set(re.findall(r"`(\w+)`", " ".join(turns)))
    assert len(named) > 8 and named <= known | {"log_std"}
