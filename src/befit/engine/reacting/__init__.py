"""Reacting: what an event sets off beside signals: tags, triggers, timers, calls to the outside."""
