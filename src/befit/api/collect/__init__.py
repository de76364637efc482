"""Collect: Segment's HTTP tracking API in, events in the log out."""
