"""Deciding: what a slot shows, by its rule tree, its caps and its triggers, and why."""
