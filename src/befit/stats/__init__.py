"""Statistics, pure: what would have happened under other rules, and how sure one can be."""

from befit.stats.off_policy import CLIP, Estimate, OffPolicy, Policy, Row, off_policy
from befit.stats.share import Share, share_of

__all__ = ["CLIP", "Estimate", "OffPolicy", "Policy", "Row", "Share", "off_policy", "share_of"]
