"""Comparisons: methods on one task from the same prior data, each with several seeds. Read `study.py` first."""
