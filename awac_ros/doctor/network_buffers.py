"""The kernel's room for messages between processes."""

from __future__ import annotations

from pathlib import Path

from awac_ros.doctor.finding import Finding, judge

_SETTING = Path("/proc/sys/net/core/rmem_max")
_WANTED = 2 * 1024 * 1024
"""Bytes: several of the graph's largest messages, weights of some 300 KB, in flight at once."""


def check(folder: Path) -> Finding:
    """Can the middleware ask for a receive buffer that holds a large message?"""
    if not _SETTING.exists():
        return judge("network buffers", "net.core.rmem_max can't be read here", "look at it on the host", hurts=True)
    allowed = int(_SETTING.read_text())
    return judge(
        "network buffers",
        f"net.core.rmem_max is {allowed:,} bytes; large messages need {_WANTED:,}",
        f"sudo sysctl -w net.core.rmem_max={_WANTED} (for good: in /etc/sysctl.d/60-awac.conf)",
        hurts=allowed < _WANTED,
    )
