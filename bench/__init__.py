"""Benchmarks: each prints one JSON line per figure; peers are measured in the same run."""
