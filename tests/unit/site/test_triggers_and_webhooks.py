"""Triggers with delays, sequences and webhooks: what they compile to, and what can be wrong with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from befit.model import Release, Webhook

Files = dict[str, str]
ProblemsOf = Callable[[Files], list[str]]
ReleaseOf = Callable[[Files], Release]

SITE = """
name: test
write_keys: [key]
webhooks:
  crm: {url: "https://crm.example/hooks?x=1", secret: CRM_SECRET, headers: {Authorization: env:CRM_TOKEN, X-Team: blue}}
"""
SIGNALS = "idle: {absence: Order, after: Add, for: 10m}\nviews: {count: View}\n"


def test_a_trigger_may_wait_follow_a_sequence_and_call_out(release_of: ReleaseOf) -> None:
    triggers = """
    late: {on: [Add, Change], delay: 10m, when: signals.views > 1, cancel_on: [Order], webhook: crm, per_day: 2, ever: 9}
    steps: {sequence: [View, {on: Add, where: event.properties.price > 5.0}, {absent: Order, for: 1m}], within: 1h, emit: X}
    named: {sequence: idle, emit: Y}
    """
    release = release_of(
        {"site.yaml": SITE, "signals.yaml": SIGNALS, "triggers.yaml": triggers.replace("\n    ", "\n")}
    )
    late, steps, named = release.triggers
    assert (late.on, late.delay_ms, late.cancel_on) == (("Add", "Change"), 600_000, ("Order",))
    assert (late.webhook, late.per_day, late.ever) == ("crm", 2, 9)
    assert late.when is not None
    assert late.when.reads == ("signals.views",)
    assert (steps.sequence, named.sequence) == ("on:steps", "idle")
    hidden = release.signals[-1]
    assert (hidden.name, hidden.hidden, hidden.within_ms, len(hidden.steps)) == ("on:steps", True, 3_600_000, 3)
    assert hidden.steps[2].absent_ms == 60_000


def test_a_schedule_joins_the_condition(release_of: ReleaseOf) -> None:
    (trigger,) = release_of(
        {"triggers.yaml": "t: {on: Add, when: page.path == '/', schedule: {days: [sat]}, emit: X}\n"}
    ).triggers
    assert trigger.when is not None
    assert set(trigger.when.reads) == {"context.weekday", "page.path"}


def test_a_webhook_names_its_secrets_and_holds_none(release_of: ReleaseOf) -> None:
    (webhook,) = release_of({"site.yaml": SITE}).site.webhooks
    assert webhook == Webhook(
        name="crm",
        url="https://crm.example/hooks?x=1",
        secret_env="CRM_SECRET",
        headers={"Authorization": "env:CRM_TOKEN", "X-Team": "blue"},
        position="site.yaml:5:3",
    )


def test_a_tag_may_be_declared_for_people_who_set_it(release_of: ReleaseOf, problems_of: ProblemsOf) -> None:
    files = {
        "tags.yaml": "vip: {manual: true, ttl: 30d}\n",
        "slots/hero.yaml": "- {when: '\"vip\" in tags', show: thanks}\n- {show: welcome}\n",
        "modules/thanks.yaml": "type: banner\n",
    }
    (rule,) = release_of(files).tags
    assert (rule.name, rule.ttl_ms, rule.on, rule.when) == ("vip", 30 * 86_400_000, (), None)
    assert problems_of(files) == []


TRIGGERS = [
    ("t: {tag: x}", "1:1: error: nothing ever sets off `t` (give it `on`, `when` or `sequence`)"),
    (
        "t: {on: Add, sequence: idle, emit: X}",
        "1:1: error: `t` is set off by `on` or by `sequence`, not by both (make two triggers of it)",
    ),
    ("t: {on: Add, cancel_on: Order, emit: X}", "1:4: error: `cancel_on` belongs to `delay`, which is not there"),
    ("t: {when: signals.views > 1, delay: 1m, emit: X}", "1:4: error: `delay` belongs to `on`, which is not there"),
    ("t: {on: Add, within: 1m, emit: X}", "1:4: error: `within` belongs to `sequence`, which is not there"),
    (
        "t: {sequence: idle, within: 1m, emit: X}",
        "1:29: error: a signal says itself within what time it must complete (move `within` to signals.yaml)",
    ),
    (
        "t: {on: [Add, Order], delay: 1m, cancel_on: [Order], emit: X}",
        "1:46: error: `Order` cannot both set the trigger off and call it off",
    ),
    ("t: {on: Add, delay: soon, emit: X}", "1:21: error: must be a duration, not `soon`"),
    ("t: {sequence: idel, emit: X}", "1:15: error: there is no sequence signal `idel` (did you mean `idle`?)"),
    ("t: {sequence: views, emit: X}", "1:15: error: there is no sequence signal `views`"),
    ("t: {sequence: [Add], emit: X}", "1:15: error: a sequence has at least two steps"),
    ("t: {sequence: [Add, {absent: Order}], emit: X}", "1:21: error: an absence needs `for`"),
    ("t: {on: Add, webhook: crn}", "1:23: error: there is no webhook `crn` (did you mean `crm`?)"),
    ("t: {on: Add, emit: X, per_day: 0}", "1:32: error: must be a whole number of 1 or more, not `0`"),
    ("t: {on: Add, delay: 1m, when: event.name == 'Add', emit: X}", "1:31: error: unknown name: event.name"),
    ("t: {on: Add, emit: X, schedule: {days: [someday]}}", "1:41: error: `someday` is no day"),
    ("t: {on: Add, emit: X, purpose: ads}", "1:32: error: there is no purpose `ads`"),
]


@pytest.mark.parametrize(("text", "problem"), TRIGGERS)
def test_triggers_yaml(problems_of: ProblemsOf, text: str, problem: str) -> None:
    found = problems_of({"site.yaml": SITE, "signals.yaml": SIGNALS, "triggers.yaml": f"{text}\n"})
    assert any(line.startswith(f"triggers.yaml:{problem}") for line in found), found


WEBHOOKS = [
    ("crm: {}", "3:17: error: a webhook needs `url`"),
    ("crm: {ulr: 'https://a.b'}", "3:18: error: unknown key `ulr` in a webhook (did you mean `url`?)"),
    ("c m: {url: 'https://a.b'}", "3:12: error: `c m` cannot be the name of a webhook"),
    *(
        (f"crm: {{url: '{url}'}}", "3:23: error: must be an http(s) URL (such as https://crm.example/hooks/befit)")
        for url in ("crm.example", "ftp://a.b", "https://", "https://a b.example", "https://a.b:x/", "https://[::1")
    ),
    ("crm: {url: 'https://u:p@a.b'}", "3:23: error: a password in a URL is no secret (use a header:"),
    ("crm: {url: 'http://a.b'}", "3:23: warning: what visitors did goes over the network in the clear (use https)"),
    ("crm: {url: 'https://a.b/#x'}", "3:23: error: a URL that is called has no `#` part"),
    *(
        (
            f"crm: {{url: 'https://a.b', secret: '{secret}'}}",
            "3:46: error: must be the name of an environment variable, never the secret itself (such as CRM_WEBHOOK_SECRET,",
        )
        for secret in ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "c2VjcmV0", "env:CRM")
    ),
    (
        "crm: {url: 'https://a.b', headers: {authorization: Bearer abc}}",
        "3:63: error: the header `authorization` is a secret, which has no place in a site folder (such as env:CRM_TOKEN)",
    ),
    ("crm: {url: 'https://a.b', headers: {X-Key: 'env:a b'}}", "3:55: error: must name an environment variable"),
    ("crm: {url: 'https://a.b', headers: {Host: other}}", "3:48: error: befit sets the header `Host` itself"),
    ("crm: {url: 'https://a.b', headers: {webhook-id: x}}", "3:48: error: befit sets the header `webhook-id` itself"),
    ("crm: {url: 'https://a.b', headers: {'a b': x}}", "3:48: error: `a b` cannot be the name of a header"),
    ('crm: {url: "https://a.b", headers: {X-A: "a\\nb"}}', "3:53: error: a header holds one line of plain text"),
]


@pytest.mark.parametrize(("text", "problem"), WEBHOOKS)
def test_webhooks_of_site_yaml(problems_of: ProblemsOf, text: str, problem: str) -> None:
    found = problems_of({"site.yaml": f"name: s\nwrite_keys: [k]\nwebhooks: {{{text}}}\n"})
    assert any(line.startswith(f"site.yaml:{problem}") for line in found), found
