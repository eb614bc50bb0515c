"""Comparisons of methods, tasks and seeds: tables and figures."""
