"""AWAC, the methods it is compared with, the replay they draw from, checkpoints, and the policy that the actor runs.

Read `awac.py` first: the theory on one page. `policy.py` and `weights.py` import no torch.
"""
