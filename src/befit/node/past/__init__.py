"""The past: what the event log says about it, told again for backfills, explanations and rebuilt stores."""
