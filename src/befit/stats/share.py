"""A share of visitors, from all of them or from a random sample of them."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

Z95: Final = NormalDist().inv_cdf(0.975)


class Share(NamedTuple):
    """A share, 0 to 1, and its 95 % interval."""

    value: float
    low: float
    high: float


def share_of(part: int, whole: int, *, sampled: bool) -> Share:
    """`part` of `whole`; when these are a sample, with Wilson's score interval (Wilson 1927). No visitors: a share of 0."""
    if not whole:
        return Share(0.0, 0.0, 1.0 if sampled else 0.0)
    share = part / whole
    if not sampled:
        return Share(share, share, share)
    z2 = Z95 * Z95
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    reach = Z95 / (1 + z2 / whole) * sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole))
    return Share(share, middle - reach if part else 0.0, middle + reach if part < whole else 1.0)
