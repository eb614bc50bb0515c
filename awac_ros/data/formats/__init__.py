"""Where episodes come from and go to: one small file a format, all with the interface of `format.py`."""

from awac_ros.data.formats.catalog import FORMATS, find_format, read, writable_format
from awac_ros.data.formats.format import Format, ReadOptions

__all__ = ["FORMATS", "Format", "ReadOptions", "find_format", "writable_format", "read"]
