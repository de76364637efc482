"""Scenario tests of a site: events in, decisions out, and a readable account of what differs."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from befit.releases.scenarios import Report

ReportOf = Callable[[str], Report]

CLICKS = """
name: clicks
events:
  - {at: 0s, page: {path: /}}
  - {at: 1s, track: Click, properties: {kind: books}}
  - {at: 2s, track: Click, properties: {kind: books}}
expect:
"""


def failures(report: Report) -> list[str]:
    return [f"{failure.what}: {failure.actual}" for result in report.results for failure in result.failures]


def test_what_holds_passes(report_of: ReportOf) -> None:
    report = report_of(
        f"""{CLICKS}
  - {{at: 1s, slots: {{hero: welcome}}, no_tags: [keen], signals: {{clicks: 1, left: false}}}}
  - at: 2s
    slots: {{hero: offer}}
    variants: {{hero: ""}}
    props: {{hero: {{title: 2 clicks, items: [{{id: a}}]}}}}
    tags: [keen]
    signals: {{clicks: 2, likes_top: books, likes: {{books: 2}}, page_time: 0s, last_click: "2026-01-05T09:00:02Z"}}
"""
    )
    assert failures(report) == []
    assert report.passed
    assert report.results[0].name == "clicks"


BY_HAND = """
name: by hand
events:
  - {at: 0s, track: Wave}
  - {at: 1s, tag: vip, ttl: 10s}
  - {at: 2s, tag: keen}
  - {at: 3s, untag: keen}
  - {at: 4s, track: Wave}
expect:
"""


def test_people_may_set_tags_and_triggers_tell_how_often_they_acted(report_of: ReportOf) -> None:
    report = report_of(
        f"""{BY_HAND}
  - {{at: 0s, triggers: {{hello: 1}}, no_tags: [vip]}}
  - {{at: 2s, slots: {{hero: offer}}, tags: [vip, keen]}}
  - {{at: 3s, slots: {{hero: welcome}}, no_tags: [keen]}}
  - {{at: 4s, triggers: {{hello: 2}}}}
  - {{at: 11s, no_tags: [vip]}}
"""
    )
    assert failures(report) == []
    assert report.passed
    assert failures(report_of(f"{BY_HAND}\n  - {{at: 4s, triggers: {{hello: 1}}}}\n")) == ["times hello acted: 2"]
    (problem,) = report_of(f"{BY_HAND}\n  - {{at: 4s, triggers: {{helo: 1}}}}\n").problems
    assert problem.message == "the site has no trigger `helo`"


@pytest.mark.parametrize(
    ("expectation", "failure"),
    [
        ("{at: 2s, slots: {hero: welcome}}", "slot hero: offer"),
        ("{at: 0s, slots: {hero: offer}}", "slot hero: welcome"),
        ("{at: 2s, variants: {hero: loud}}", "variant of hero: "),
        ("{at: 2s, props: {hero: {title: 3 clicks}}}", "prop hero.title: 2 clicks"),
        ("{at: 2s, props: {hero: {nope: 1}}}", "prop hero.nope: None"),
        ("{at: 2s, props: {hero: {items: [{id: b}]}}}", "prop hero.items: [{'id': 'a', 'x': 1}, {'id': 'b'}]"),
        ("{at: 1s, tags: [keen]}", "tag keen: not among []"),
        ("{at: 2s, no_tags: [keen]}", "tag keen: set"),
        ("{at: 2s, signals: {clicks: 3}}", "signal clicks: 2"),
        ("{at: 2s, signals: {clicks: true}}", "signal clicks: 2"),
        ("{at: 0s, signals: {likes_top: books}}", "signal likes_top: None"),
        ("{at: 2s, signals: {likes: {books: 1.9}}}", "signal likes: {'books': "),
        ("{at: 2s, signals: {page_time: 1s}}", "signal page_time: 0s"),
    ],
)
def test_what_does_not_hold_fails_with_what_came_instead(report_of: ReportOf, expectation: str, failure: str) -> None:
    report = report_of(f"{CLICKS}  - {expectation}\n")
    assert not report.passed
    (found,) = failures(report)
    assert found.startswith(failure)


def test_a_failure_reads_well(report_of: ReportOf) -> None:
    report = report_of(f"{CLICKS}  - {{at: 1s, slots: {{hero: offer}}}}\n")
    (failure,) = report.results[0].failures
    lines = str(failure).split("\n")
    assert lines[:3] == [
        "tests/all.yaml:8:28: slot hero after 1s",
        "    expected  offer",
        "    actual    welcome",
    ]
    assert lines[3].startswith('      hero.0  false    "keen" in tags')
    assert lines[-1] == "      hero.2  chosen   otherwise"


def test_time_passes_between_events_and_timers_fire_when_it_comes(report_of: ReportOf) -> None:
    report = report_of(
        f"""{CLICKS}
  - {{at: 10m1s, signals: {{left: false, clicks: 1}}, tags: [keen]}}
  - {{at: 10m2s, signals: {{left: true, clicks: 0}}}}
  - {{at: 1h1s, tags: [keen]}}
  - {{at: 1h2s, no_tags: [keen], slots: {{hero: welcome}}}}
"""
    )
    assert failures(report) == []


def test_a_ping_stands_for_the_visible_time_up_to_its_moment(report_of: ReportOf) -> None:
    report = report_of(
        """
name: pings
events:
  - {at: 0s, page: {path: /}}
  - {at: 5m, ping: 2m, scroll: 60}
expect:
  - {at: 3m, signals: {page_time: 0s}}
  - {at: 4m, signals: {page_time: 1m}}
  - {at: 5m, signals: {page_time: 2m}}
"""
    )
    assert failures(report) == []


def test_events_that_triggers_emit_are_folded_too(report_of: ReportOf) -> None:
    report = report_of("{name: emit, events: [{at: 1s, track: Wave}], expect: [{at: 1s, signals: {clicks: 1}}]}\n")
    assert failures(report) == []


def test_a_page_can_be_given_with_the_question(report_of: ReportOf) -> None:
    report = report_of("{name: p, events: [], expect: [{at: 0s, page: {path: /sale}, slots: {hero: sale}}]}\n")
    assert failures(report) == []


def test_devices_of_one_visitor_become_one_profile(report_of: ReportOf) -> None:
    report = report_of(
        """
name: devices
visitor: {anonymousId: phone}
events:
  - {at: 0s, track: Click}
  - {at: 1s, track: Click, anonymousId: laptop}
  - {at: 2s, identify: {plan: pro}, userId: ada}
  - {at: 3s, identify: {}, anonymousId: laptop, userId: ada}
expect:
  - {at: 1s, signals: {clicks: 1}}
  - {at: 3s, signals: {clicks: 2}}
  - {at: 3s, anonymousId: laptop, signals: {clicks: 2}}
  - {at: 3s, anonymousId: stranger, userId: ada, signals: {clicks: 2}}
  - {at: 3s, anonymousId: stranger, signals: {clicks: 0}}
"""
    )
    assert failures(report) == []


def test_branches_that_no_scenario_expects_are_named(report_of: ReportOf) -> None:
    report = report_of(f"{CLICKS}  - {{at: 2s, slots: {{hero: offer}}}}\n")
    assert [(each.kind, each.name, each.show, each.where) for each in report.unreached] == [
        ("branch", "hero.1", "sale", "slots/hero.yaml:3:3"),
        ("branch", "hero.2", "welcome", "slots/hero.yaml:4:3"),
        ("trigger", "hello", "", "triggers.yaml:1:1"),
    ]
    assert str(report.coverage) == "branches 1/3, tags 1/1, triggers 0/1"
    assert report.coverage.percent == 40


def test_a_tag_counts_as_reached_when_a_scenario_sets_it_and_a_trigger_when_it_fires(report_of: ReportOf) -> None:
    waved = report_of("name: a\nevents: [{at: 1s, track: Wave}]\nexpect: [{at: 1s, no_tags: keen}]\n")
    assert str(waved.coverage) == "branches 0/3, tags 0/1, triggers 1/1"
    twice = report_of("name: a\nevents: [{at: 1s, track: Wave}, {at: 2s, track: Wave}]\nexpect: [{at: 3s}]\n")
    assert str(twice.coverage) == "branches 0/3, tags 1/1, triggers 1/1"


def test_a_file_may_hold_several_scenarios(report_of: ReportOf) -> None:
    report = report_of("- {name: a, expect: []}\n- {name: b, expect: []}\n")
    assert [(result.name, result.where, result.passed) for result in report.results] == [
        ("a", "tests/all.yaml:1:3", True),
        ("b", "tests/all.yaml:2:3", True),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{name: a}", "1:1: error: a scenario needs `expect`"),
        ("{name: a, expects: []}", "1:11: error: unknown key `expects` in a scenario (did you mean `expect`?)"),
        ("{name: a, expect: [{slots: {hero: offer}}]}", "1:20: error: an expectation needs `at`"),
        ("{name: a, expect: [{at: 1, slots: {}}]}", "1:25: error: must be a duration, not `1`"),
        (
            "{name: a, expect: [{at: 1s, slots: {heroo: offer}}]}",
            "1:44: error: the site has no slot `heroo` (did you mean `hero`?)",
        ),
        (
            "{name: a, expect: [{at: 1s, slots: {hero: ofer}}]}",
            "1:43: error: the site has no module `ofer` (did you mean `offer`?)",
        ),
        (
            "{name: a, expect: [{at: 1s, signals: {click: 1}}]}",
            "1:46: error: the site has no signal `click` (did you mean `clicks`?)",
        ),
        (
            "{name: a, expect: [{at: 1s, no_tags: [kene]}]}",
            "1:39: error: the site has no tag `kene` (did you mean `keen`?)",
        ),
        ("{name: a, events: [{at: 1s}], expect: []}", "1:20: error: an event has one of track, page,"),
        (
            "{name: a, events: [{at: 1s, track: A, page: {}}], expect: []}",
            "1:20: error: an event has one of track, page,",
        ),
        ("{name: a, events: [{at: 1s, track: A, properties: [1]}], expect: []}", "1:51: error: must be a mapping"),
        ("{name: a, start: yesterday, expect: []}", "1:18: error: must be a moment (such as 2026-01-05T09:00:00Z)"),
    ],
)
def test_a_mistake_in_a_test_is_a_problem_with_its_place(report_of: ReportOf, text: str, problem: str) -> None:
    report = report_of(f"{text}\n")
    assert not report.passed
    assert report.results == ()
    assert str(report.problems[0]).startswith(f"tests/all.yaml:{problem}")


def test_a_report_is_json(report_of: ReportOf) -> None:
    report = report_of(f"{CLICKS}  - {{at: 1s, slots: {{hero: offer}}}}\n")
    written = msgspec.json.decode(msgspec.json.encode(report))
    assert written["results"][0]["failures"][0]["actual"] == "welcome"
