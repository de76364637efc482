"""A compiled condition against Google's C++ evaluator and a hand-written lambda (DESIGN §7, row 4).

Eight typical conditions over one 60-field profile. The lambdas are what a careful programmer would write: they give the
same answers, missing values included. All three are given the profile as Python dictionaries; Google's evaluator is also
measured with an activation that was made from them beforehand, which pays only for many conditions over one profile.
"""

from __future__ import annotations

import json
import timeit
from collections.abc import Callable
from typing import Any

from cel_expr_python import cel  # type: ignore[import-untyped]
from google.protobuf.duration_pb2 import Duration as ProtoDuration
from google.protobuf.timestamp_pb2 import Timestamp as ProtoTimestamp

from befit.cel import Duration, Environment, Timestamp, Type, compile_condition
from bench.report import figure, median

ROUNDS = 9
PARAMS = ("event", "profile", "page", "signals", "tags", "now")
NOW = Timestamp.parse("2026-06-01T12:00:00Z")
WEEK = Duration.parse("168h")
TEN_MINUTES = Duration.parse("10m")

Condition = Callable[..., bool]

CASES: dict[str, Condition] = {
    'signals.views_3 > 5 && "vip" in tags': lambda event, profile, page, signals, tags, now: (
        "views_3" in signals and signals["views_3"] > 5 and "vip" in tags
    ),
    'now - signals.last_purchase < duration("168h")': lambda event, profile, page, signals, tags, now: (
        "last_purchase" in signals and now - signals["last_purchase"] < WEEK
    ),
    'signals.browsing_time > duration("10m") && page.category != "checkout"': lambda event, profile, page, signals, tags, now: (
        "browsing_time" in signals
        and signals["browsing_time"] > TEN_MINUTES
        and "category" in page
        and page["category"] != "checkout"
    ),
    'event.properties.category == "electronics" && event.properties.price >= 100.0': (
        lambda event, profile, page, signals, tags, now: (
            (p := event["properties"]).get("category") == "electronics" and p.get("price", 0) >= 100.0
        )
    ),
    'profile.traits.plan == "free" || signals.revenue < 50.0': lambda event, profile, page, signals, tags, now: (
        profile["traits"].get("plan") == "free" or ("revenue" in signals and signals["revenue"] < 50.0)
    ),
    '!("bought" in tags) && (signals.views_1 >= 3 || signals.views_2 >= 3)': lambda event, profile, page, signals, tags, now: (
        "bought" not in tags
        and (("views_1" in signals and signals["views_1"] >= 3) or ("views_2" in signals and signals["views_2"] >= 3))
    ),
    'tags.exists(t, t.startsWith("interested-in-"))': lambda event, profile, page, signals, tags, now: any(
        t.startswith("interested-in-") for t in tags
    ),
    "signals.not_known_yet > 3": lambda event, profile, page, signals, tags, now: (
        "not_known_yet" in signals and signals["not_known_yet"] > 3
    ),
}


def profile_of_60_fields() -> tuple[dict[str, Type], dict[str, Any]]:
    """The declared types, and the values: 40 counters and 4 other signals, 6 traits, 4 page fields, 3 properties, 3 tags."""
    counters = {f"views_{n}": n for n in range(40)}
    signals = {
        **counters,
        "last_purchase": Timestamp(NOW - WEEK // 2),
        "browsing_time": Duration(2 * TEN_MINUTES),
        "revenue": 80.0,
    }
    types: dict[str, Type] = {
        "event": {"name": "string", "properties": "map(string, dyn)"},
        "profile": {"id": "string", "traits": "map(string, dyn)"},
        "page": {"path": "string", "category": "string", "type": "string", "price": "double"},
        "signals": {
            **dict.fromkeys(counters, "int"),
            "last_purchase": "timestamp",
            "browsing_time": "duration",
            "revenue": "double",
            "not_known_yet": "int",
        },
        "tags": "list(string)",
        "now": "timestamp",
    }
    values = {
        "event": {
            "name": "Product Viewed",
            "properties": {"category": "electronics", "price": 199.0, "product_id": "p-1"},
        },
        "profile": {"id": "u:1", "traits": {"plan": "pro", **{f"trait_{n}": n for n in range(5)}}},
        "page": {"path": "/p/1", "category": "electronics", "type": "product", "price": 199.0},
        "signals": signals,
        "tags": ["newsletter", "vip", "interested-in-electronics"],
        "now": NOW,
    }
    return types, values


def googles(value: Any) -> Any:
    """The value as Google's evaluator takes it: times as protobuf messages."""
    if isinstance(value, Timestamp):
        return ProtoTimestamp(seconds=value // 10**9, nanos=value % 10**9)
    if isinstance(value, Duration):
        return ProtoDuration(seconds=value // 10**9, nanos=value % 10**9)
    return {key: googles(item) for key, item in value.items()} if isinstance(value, dict) else value


def nanoseconds(function: Callable[..., object], arguments: tuple[Any, ...], number: int) -> float:
    """Time of one call, without the loop around it costing another."""
    names = [f"a{position}" for position in range(len(arguments))]
    scope = {"function": function, **dict(zip(names, arguments, strict=True))}
    return timeit.timeit(f"function({', '.join(names)})", number=number, globals=scope) / number * 1e9


def main() -> None:
    """Check that all three agree, then measure them in turns and print."""
    types, values = profile_of_60_fields()
    environment = Environment(types)
    dynamic = dict.fromkeys(("event", "profile", "page", "signals"), cel.Type.Map(cel.Type.STRING, cel.Type.DYN))
    google = cel.NewEnv(variables={**dynamic, "tags": cel.Type.List(cel.Type.STRING), "now": cel.Type.TIMESTAMP})
    data = googles(values)
    arguments = tuple(values[name] for name in PARAMS)
    rows = []
    for source, written in CASES.items():
        test = compile_condition(environment.check(source, "bool").ast, PARAMS).test
        expression = google.compile(source)

        def from_data(data: Any, expression: Any = expression) -> Any:
            return expression.eval(data=data)

        activation = google.Activation(data)
        if not test(*arguments) == written(*arguments) == (from_data(data).value() is True):
            raise SystemExit(f"the three disagree about {source}")
        rounds = [
            (
                nanoseconds(written, arguments, 20_000),
                nanoseconds(test, arguments, 20_000),
                nanoseconds(from_data, (data,), 300),
                nanoseconds(expression.eval, (activation,), 1_000),
            )
            for _ in range(ROUNDS)
        ]
        hand, compiled, cpp, prepared = (median([times[column] for times in rounds]) for column in range(4))
        rows.append((compiled / hand, cpp / compiled, prepared / compiled))
        line = {"hand_written_ns": round(hand), "compiled_ns": round(compiled), "google_cpp_ns": round(cpp)}
        print(json.dumps({"condition": source, **line, "google_cpp_prepared_ns": round(prepared)}), flush=True)
    for name, column, target in (
        ("condition vs hand-written", 0, {"at_most": 1.5}),
        ("condition vs Google C++", 1, {"at_least": 25.0}),
        ("condition vs Google C++ with a prepared activation", 2, {}),
    ):
        ratios = [row[column] for row in rows]
        figure(name, median(ratios), "x", **target, each=[round(ratio, 2) for ratio in ratios])


if __name__ == "__main__":
    main()
