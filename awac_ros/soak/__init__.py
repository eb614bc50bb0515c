"""`awac soak`: every promise of docs/reliability.md, and beside it the attempt to break it.

promises.py lists them; each module breaks one, and answers with counts in the form of bench/form.py.
"""
