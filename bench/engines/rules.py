"""The rules and the profiles that every engine is given, made from a seed.

A rule is a test in a neutral form, which each engine's file puts into its own language:

    ("==" | "!=" | ">=" | "<", field, literal)    ("in", field, literals)
    ("has", field, literal)                       the list in `field` has it
    ("starts" | "contains", field, text)
    ("and" | "or", test, test, …)                 ("not", test)

Every profile has a value for each of its 60 fields: the engines disagree about what a missing one means.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

Test = tuple[Any, ...]
Profile = dict[str, Any]

COUNTS = (10, 100, 1_000, 10_000)
"""How many rules an engine is measured with."""

COUNTERS = tuple(f"views_{n}" for n in range(36))
TEXTS = {
    "plan": ("free", "basic", "plus", "pro"),
    "country": tuple(f"{a}{b}" for a in "abcde" for b in "klmnop"),
    "city": tuple(f"city {n}" for n in range(200)),
    "language": ("en", "de", "fr", "es", "nl", "pl"),
    "device": ("phone", "tablet", "desktop"),
    "browser": ("chrome", "firefox", "safari", "edge"),
    "os": ("android", "ios", "linux", "macos", "windows"),
    "source": ("ads", "email", "organic", "partner", "social"),
    "campaign": tuple(f"campaign-{n}" for n in range(50)),
    "segment": tuple(f"segment-{n}" for n in range(20)),
    "top_category": tuple(f"category-{n}" for n in range(40)),
    "last_search": tuple(f"search {n}" for n in range(500)),
    "last_product": tuple(f"product-{n}" for n in range(2000)),
    "page_type": ("home", "category", "product", "search", "cart"),
    "page_category": tuple(f"category-{n}" for n in range(40)),
    "path": tuple(f"/category-{n // 25}/product-{n}" for n in range(1000)),
}
INTS = {**dict.fromkeys(COUNTERS, 30), "sessions": 20, "orders": 8, "searches": 40}
NUMBERS = {"revenue": 1000, "cart_total": 300, "page_price": 500, "discount": 50}
TAGS = tuple(f"tag-{n}" for n in range(60))
FIELDS = (*INTS, *NUMBERS, *TEXTS, "tags")
"""Whole numbers, numbers with a fraction, texts, and a list of texts."""


def profiles(count: int, seed: int = 1) -> list[Profile]:
    """So many profiles. Counts are mostly small, as visitors' are; each profile has two to six tags."""
    random = Random(seed)
    return [
        {
            **{name: int(most * random.random() ** 3) for name, most in INTS.items()},
            **{name: round(most * random.random() ** 2 * 4) / 4 for name, most in NUMBERS.items()},
            **{name: random.choice(values) for name, values in TEXTS.items()},
            "tags": random.sample(TAGS, random.randint(2, 6)),
        }
        for _ in range(count)
    ]


def rules(count: int, seed: int = 2) -> list[Test]:
    """So many rules: ten kinds of condition in turn, with fields and literals drawn."""
    random = Random(seed)
    return [KINDS[n % len(KINDS)](random) for n in range(count)]


def equal(random: Random, *fields: str) -> Test:
    """One of the fields has one of its values."""
    field = random.choice(fields)
    return ("==", field, random.choice(TEXTS[field]))


def reached(random: Random, least: int = 3) -> Test:
    """A counter has reached a threshold."""
    return (">=", random.choice(COUNTERS), random.randint(least, 25))


def tagged(random: Random) -> Test:
    """A tag is set."""
    return ("has", "tags", random.choice(TAGS))


def number(random: Random, operator: str, field: str) -> Test:
    """A number with a fraction compares so with a bound."""
    return (operator, field, random.randint(1, NUMBERS[field] * 4) / 4)


KINDS: tuple[Callable[[Random], Test], ...] = (
    lambda r: ("and", reached(r), ("<", r.choice(COUNTERS), r.randint(1, 10))),
    lambda r: ("and", tagged(r), number(r, ">=", "revenue")),
    lambda r: ("and", equal(r, "plan", "segment", "campaign"), reached(r)),
    lambda r: ("and", equal(r, "page_category", "top_category"), number(r, ">=", "page_price")),
    lambda r: ("and", ("in", "country", tuple(r.sample(TEXTS["country"], 3))), ("not", tagged(r))),
    lambda r: ("and", ("not", tagged(r)), ("or", reached(r, 8), reached(r, 8)), equal(r, "device", "os")),
    lambda r: ("and", ("starts", "path", f"/category-{r.randrange(40)}/"), (">=", "sessions", r.randint(1, 12))),
    lambda r: ("or", ("contains", "last_search", str(r.randrange(100, 500))), ("and", equal(r, "city"), reached(r))),
    lambda r: equal(r, "last_search", "last_product", "path"),
    lambda r: ("and", ("!=", "device", "desktop"), equal(r, "source"), number(r, "<", "cart_total"), reached(r, 5)),
)
