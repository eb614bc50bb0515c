import h5py
import pytest

from awac_ros.doctor import packages
from awac_ros.doctor.finding import Level


@pytest.mark.parametrize(
    ("pins", "level", "words"),
    [
        (f"h5py=={h5py.__version__}  # files\n\n# a word\n", Level.GOOD, "all 1 pinned packages"),
        ("h5py==0.1\n", Level.HURTS, f"h5py is {h5py.__version__}, not 0.1"),
        ("h5py==0.1\nno-such-package==1\n", Level.BREAKS, "no-such-package is missing"),
    ],
)
def test_installed_packages_are_held_against_the_pins(tmp_path, monkeypatch, pins: str, level: Level, words: str):
    (tmp_path / "requirements.txt").write_text(pins)
    monkeypatch.setattr(packages, "_PINS", tmp_path / "requirements.txt")
    finding = packages.check(tmp_path)
    assert finding.level is level
    assert words in finding.found
    assert (finding.mend == "make setup") == (level is not Level.GOOD)
