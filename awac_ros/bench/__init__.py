"""Measurements with targets: `awac bench actor|sim|buffer|learner`, all in the form of `form.py`."""
