"""Webhooks: what triggers want told to the outside is sent from the store's outbox, at least once, signed, to public addresses."""

from befit.node.webhooks.caller import Caller, Outcome, unset_variables
from befit.node.webhooks.outbox import SOURCE, Outbox

__all__ = ["SOURCE", "Caller", "Outbox", "Outcome", "unset_variables"]
