import json

from awac_ros.doctor.examine import examine, write
from awac_ros.doctor.finding import Level, judge


def test_every_part_of_the_machine_is_looked_at_and_whatever_is_wrong_has_a_way_out(tmp_path):
    findings = examine(tmp_path)
    assert {finding.subject for finding in findings} == {
        *("packages", "real-time scheduling", "monotonic clock", "punctuality", "file system", "disk space"),
        *("flush to disk", "ports", "middleware", "discovery", "multicast"),
        *("network buffers", "GPU"),
    }
    for finding in findings:
        assert finding.found
        assert bool(finding.mend) == (finding.level is not Level.GOOD)


def test_the_report_carries_commit_machine_and_findings(tmp_path):
    write(tmp_path / "doctor.json", [judge("disk", "it is full", "free some", breaks=True)])
    report = json.loads((tmp_path / "doctor.json").read_text())
    assert report.keys() == {"commit", "machine", "findings"}
    assert report["findings"] == [{"subject": "disk", "level": "breaks", "found": "it is full", "mend": "free some"}]
