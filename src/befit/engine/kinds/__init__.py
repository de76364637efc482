"""Signal kinds: how a named value is kept up to date, event by event, and read at any later moment. One idea a file.

Events may come late and out of order, and a visitor's history may be kept in several profiles before they are merged:
a kind's value depends on the events and their times alone. Where that would take more memory than a profile has, the
kind says what it is exact up to, and how far off it may be beyond. How much each may hold is in `befit.engine.limits`.
"""
