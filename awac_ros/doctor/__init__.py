"""`awac doctor`: what on this machine would hurt a run, in plain words, and how to mend it."""
