"""Whole jobs made of the parts below: `awac pushing`, from the first demo to the report."""
