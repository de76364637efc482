"""Everything that can be wrong with a site, each with its file, line, column and what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

ProblemsOf = Callable[[dict[str, str]], list[str]]

CLICKS = "clicks: {count: Click}\n"
AFFINITY = "likes: {affinity: event.properties.category, half_life: 1d, weights: {View: 1}}\n"

SITE = [
    ("write_keys: [k]", "1:1: error: site.yaml needs `name`"),
    ("name: s", "1:1: warning: no write key: the server takes no events (add `write_keys: [some-key]`)"),
    ("name: s\nwrite_key: [k]", "2:1: error: unknown key `write_key` in site.yaml (did you mean `write_keys`?)"),
    (
        "name: s\norigins: [shop.example]",
        "2:11: error: `shop.example` is not an origin such as https://shop.example, or *",
    ),
    (
        "name: s\nidentity: {unsined: true}",
        "2:12: error: unknown key `unsined` in `identity` (did you mean `unsigned`?)",
    ),
    ("name: s\nsession: {timeout: 30}", "2:20: error: must be a duration, not `30`"),
    (
        "name: s\npublic: [clicks]",
        "2:10: error: `clicks` cannot be public (name signals.NAME, tags.NAME or traits.NAME; or *)",
    ),
    ("name: s\npublic: [signals.clikcs]", "2:10: error: there is no signal `clikcs` (did you mean `clicks`?)"),
    ("name: s\npublic: [tags.vip]", "2:10: error: there is no tag `vip`"),
    ("name: s\nschema: {page: {path: string}}", "2:17: error: `path` is always there; it cannot be declared"),
    ("name: s\nschema: {page: {price: number}}", "2:24: error: unknown type `number` (bool, int, double,"),
    ("name: s\nschema: {traits: {plan: strin}}", "2:25: error: unknown type `strin` (did you mean `string`?)"),
    ("- 1", "1:1: error: must be a mapping of names to values"),
]


@pytest.mark.parametrize(("text", "problem"), SITE)
def test_site_yaml(problems_of: ProblemsOf, text: str, problem: str) -> None:
    found = problems_of({"site.yaml": f"{text}\n", "signals.yaml": CLICKS})
    assert any(line.startswith(f"site.yaml:{problem}") for line in found), found


SIGNALS = [
    ("a-b: {count: Click}", "1:1: error: `a-b` cannot be the name of a signal (use letters, digits and _"),
    ("in: {count: Click}", "1:1: error: `in` cannot be the name of a signal (it is a word of CEL's own)"),
    ("a: {count: Click}\na: {count: View}", "2:1: error: `a` is given twice (first in line 1)"),
    ("a: Click", "1:4: error: a signal must be a mapping (such as {count: Product Viewed, within: 10m})"),
    ("a: {within: 10m}", "1:4: error: the signal has no kind (give it one of count, sum,"),
    ("a: {count: Click, last: timestamp}", "1:19: error: a signal has one kind: `count` or `last`, not both"),
    ("a: {mean: event.name, of: Click}", "1:11: error: mean is of numbers, and this is a string"),
    ("a: {max: event.name, of: Click}", "1:10: error: max compares numbers or times, and this is a string"),
    ("a: {count: Click, within: 1h, each: 1d}", "1:37: error: a signal has one window: `within` or `each`, not both"),
    ("a: {count: Click, each: daily}", "1:25: error: must be a duration, not `daily`"),
    (
        "a: {first: event.name, of: Click, within: 1h}",
        "1:43: error: the first event of a sliding window is not kept (`within` may be session or page)",
    ),
    ("a: {top: event.name, of: Click, limit: 21}", "1:40: error: at most 20 keys are listed"),
    ("a: {top: event.name, of: Click, limit: 0}", "1:40: error: must be a whole number of 1 or more, not `0`"),
    ("a: {rate: Click, within: 1h}", "1:4: error: a `rate` signal needs `per`"),
    ("a: {rate: Click, per: 1m}", "1:4: error: a `rate` signal needs `within`"),
    ("a: {rate: Click, per: 1m, within: page}", "1:35: error: a rate has a sliding window (such as within: 10m)"),
    ("a: {streak: Click}", "1:4: error: a `streak` signal needs `every`"),
    ("a: {recency: Click, within: 1h}", "1:21: error: unknown key `within` in a `recency` signal"),
    ("a: {funnel: [Click]}", "1:13: error: a funnel has at least two steps"),
    ("a: {funnel: [Click, {absent: View, for: 1m}]}", "1:22: error: unknown key `absent` in a step"),
    ("a: {funnel: [Click, {on: View, optional: true}]}", "1:32: error: unknown key `optional` in a step"),
    ("a: {sequence: [Click, {not: View}]}", "1:15: error: a sequence has at least two steps"),
    (
        "a: {sequence: [Click, View, {not: Order}]}",
        "1:29: error: `not` stands between two steps (or say for how long: {absent: EVENT, for: 10m})",
    ),
    (
        "a: {sequence: [{not: Order}, Click, View]}",
        "1:16: error: a sequence begins with an event, not with its absence",
    ),
    (
        "a: {sequence: [Click, View, {on: Order, optional: true}]}",
        "1:29: error: the first and the last step cannot be optional (leave it out)",
    ),
    (
        "a: {sequence: [Click, {not: View, for: 1m}, Order]}",
        "1:35: error: unknown key `for` in a `not` step (known are not, where)",
    ),
    (
        f"a: {{sequence: [{', '.join(['Click'] * 11)}]}}",
        "1:15: error: a sequence has at most 10 steps, and here are 11",
    ),
    ("a: {cuont: Click}", "1:4: error: the signal has no kind"),
    ("a: {count: []}", "1:12: error: must name at least 1"),
    ("a: {count: Click, half_life: 3d}", "1:19: error: unknown key `half_life` in a `count` signal"),
    ("a: {count: Click, within: soon}", "1:27: error: must be a duration, not `soon`"),
    ("a: {sum: event.properties.x}", "1:4: error: a `sum` signal needs `of`"),
    ("a: {sum: event.name, of: Click}", "1:10: error: sum adds up numbers, and this is a string"),
    ("a: {last: '[1, 2]', of: Click}", "1:11: error: last keeps single values, and this is a list(int)"),
    ("a: {dwell: visit}", "1:12: error: dwell is the time on the `page` or in the `session`, not `visit`"),
    ("a: {dwell: page, where: 'true'}", "1:18: error: unknown key `where` in a `dwell` signal"),
    ("a: {sequence: [Click]}", "1:15: error: a sequence has at least two steps"),
    (
        "a: {sequence: [{absent: Click, for: 1m}, View]}",
        "1:16: error: a sequence begins with an event, not with its absence",
    ),
    ("a: {sequence: [Click, {absent: View}]}", "1:23: error: an absence needs `for`"),
    ("a: {sequence: [Click, {where: 'true'}]}", "1:23: error: a step needs `on`"),
    ("a: {absence: View, for: 1m}", "1:4: error: a `absence` signal needs `after`"),
    ("a: {affinity: event.properties.x, weights: {View: 1}}", "1:4: error: a `affinity` signal needs `half_life`"),
    ("a: {affinity: event.properties.x, half_life: 1d}", "1:4: error: a `affinity` signal needs `weights`"),
    (
        "a: {affinity: '1', half_life: 1d, weights: {View: 1}}",
        "1:15: error: affinity needs a string for its key, and this is a int",
    ),
    (
        "a: {affinity: event.properties.x, half_life: 1d, weights: {View: many}}",
        "1:66: error: must be a number, not `many`",
    ),
    (
        "a: {affinity: event.properties.x, half_life: 1d, weights: {View: 1}, within: 1h}",
        "1:78: error: an affinity fades by its half_life (`within` may be session or page)",
    ),
    (f"{AFFINITY}likes_top: {{count: View}}", "1:1: error: `likes_top` is made by this affinity"),
    ("a: {count: Click, purpose: marketing}", "1:28: error: there is no purpose `marketing` (list it under `purposes`"),
]


@pytest.mark.parametrize(("text", "problem"), SIGNALS)
def test_signals_yaml(problems_of: ProblemsOf, text: str, problem: str) -> None:
    found = problems_of({"signals.yaml": f"{text}\n"})
    assert any(line.startswith(f"signals.yaml:{problem}") for line in found), found


TAGS = [
    ("a b: {on: Click}", "1:1: error: `a b` cannot be the name of a tag (use letters, digits, - and _"),
    (
        "vip: {ttl: 1d}",
        "1:1: error: nothing ever sets `vip` (give it `on`, `when` or both; or `manual: true` if people set it)",
    ),
    ("vip: {on: Click, unset: {}}", "1:25: error: nothing ever removes `vip`"),
    ("vip: {when: signals.clicks}", "1:13: error: "),
    ("vip: {when: '\"vop\" in tags'}", "1:15: warning: no rule sets the tag `vop` (did you mean `vip`?)"),
    ('vip: {when: event.name == "x"}', "1:13: error: "),
]


@pytest.mark.parametrize(("text", "problem"), TAGS)
def test_tags_yaml(problems_of: ProblemsOf, text: str, problem: str) -> None:
    found = problems_of({"tags.yaml": f"{text}\n", "signals.yaml": CLICKS})
    assert any(line.startswith(f"tags.yaml:{problem}") for line in found), found


TRIGGERS = [
    ("t: {tag: x}", "1:1: error: nothing ever sets off `t`"),
    ("t: {on: Click}", "1:1: error: `t` does nothing (give it one of show, tag, untag, emit, webhook)"),
    ("t: {on: Click, tag: x, for: 1m}", "1:4: error: `for` belongs to `show`, which is not there"),
    ("t: {on: Click, emit: Hello, ttl: 1m}", "1:4: error: `ttl` belongs to `tag`, which is not there"),
    ("t: {on: Click, show: {heroo: welcome}}", "1:23: error: there is no slot `heroo` (did you mean `hero`?)"),
    ("t: {on: Click, show: {hero: welcom}}", "1:29: error: there is no module `welcom` (did you mean `welcome`?)"),
    ("t: {on: Click, show: {}}", "1:22: error: must say which slot shows which module"),
    ("t: {on: Click, show: {hero: welcome}, for: visit}", "1:44: error: must be a duration, not `visit`"),
    ("t: {on: Click, untag: vip}", "1:23: error: there is no tag `vip` (no rule sets it)"),
    ("t: {on: Click, tag: x, per_session: 0}", "1:37: error: must be a whole number of 1 or more, not `0`"),
]


@pytest.mark.parametrize(("text", "problem"), TRIGGERS)
def test_triggers_yaml(problems_of: ProblemsOf, text: str, problem: str) -> None:
    found = problems_of({"triggers.yaml": f"{text}\n"})
    assert any(line.startswith(f"triggers.yaml:{problem}") for line in found), found


SLOTS = [
    ("[]", "1:1: error: the slot `hero` has no branches"),
    ("{show: welcome}", "1:2: error: unknown key `show` in a slot (known are rules, explore)"),
    ("{explore: 5%}", "1:1: error: a slot needs `rules`"),
    (
        "{explore: 5, rules: [{show: welcome}]}",
        "1:11: error: must be a share of visitors, not `5` (such as 5% or 0.5%)",
    ),
    ("{explore: 120%, rules: [{show: welcome}]}", "1:11: error: must be a share of visitors, not `120%`"),
    ("{rules: {show: welcome}}", "1:9: error: must be a list"),
    ("- {when: signals.clicks > 1, show: welcome}", "1:3: error: the slot `hero` has no default (end it with a branch"),
    ("- {show: welcome, cap: {day: 1}}", "1:3: error: the slot `hero` has no default"),
    ("- rules:\n    - {when: signals.clicks > 1, show: welcome}", "1:3: error: the slot `hero` has no default"),
    (
        "- {show: welcome}\n- {show: welcome}",
        "2:3: error: this branch is never reached (the one in line 1 holds whenever it does)",
    ),
    ("- {rules: [{show: welcome}]}\n- {show: welcome}", "2:3: error: this branch is never reached"),
    (
        "- {show: welcome}\n- {when: signals.clicks > 1, show: welcome, priority: -1}",
        "2:3: error: this branch is never reached",
    ),
    (
        "- {when: signals.clicks > 1, show: welcome}\n- {when: signals.clicks > 1, show: welcome}\n- {show: welcome}",
        "2:3: error: this branch is never reached (the one in line 1 holds whenever it does)",
    ),
    ("- {when: 'true'}\n- {show: welcome}", "1:3: error: a branch has one of `show`, `rules` and `table`"),
    (
        "- {show: welcome, rules: [{show: welcome}]}",
        "1:3: error: a branch has one of `show`, `rules` and `table`, not both `show` and `rules`",
    ),
    ("- {rules: []}", "1:11: error: `rules` must hold at least one branch"),
    ("- {rules: [{show: welcome}], cap: {day: 1}}", "1:3: error: `cap` belongs to a branch with `show`"),
    ("- {show: welcom}", "1:10: error: there is no module `welcom` (did you mean `welcome`?)"),
    (
        "- {show: nothing-like-it}",
        "1:10: error: there is no module `nothing-like-it` (modules/nothing-like-it.yaml would define it)",
    ),
    ("- {show: welcome, variant: bold}", "1:28: error: the module `welcome` has no variant `bold` (it has none)"),
    ("- {show: welcome, cap: {}}", "1:24: error: the cap limits nothing"),
    ("- {show: welcome, cap: {week: 1}}", "1:25: error: unknown key `week` in a cap"),
    ("- {when: '\"vip\" in tags', show: welcome}\n- {show: welcome}", "1:12: warning: no rule sets the tag `vip`"),
    ("- {show: welcome, props: {title: 'Hi ${1}'}}", "1:34: error: only a module's own props can be computed"),
]


@pytest.mark.parametrize(("text", "problem"), SLOTS)
def test_slots(problems_of: ProblemsOf, text: str, problem: str) -> None:
    found = problems_of({"slots/hero.yaml": f"{text}\n", "signals.yaml": CLICKS})
    assert any(line.startswith(f"slots/hero.yaml:{problem}") for line in found), found


SCHEMA = "schema: {required: [title], properties: {title: {type: string, maxLength: 5}, n: {type: integer}}}\n"
MODULES = [
    ("props: {title: Hello}", "1:1: error: a module needs `type`"),
    ("type: banner\nprop: {}", "2:1: error: unknown key `prop` in a module (did you mean `props`?)"),
    ("type: banner\nschema: {type: 7}", "2:16: error: not a JSON Schema: "),
    ("type: banner\nschema: bannr", "2:9: error: there is no schema `bannr` (did you mean `banner`?)"),
    (
        f"type: banner\n{SCHEMA}props: {{title: Too long}}",
        "3:16: error: the module's schema forbids this: 'Too long' is too long",
    ),
    (
        f"type: banner\n{SCHEMA}props: {{n: 1.5, title: a}}",
        "3:12: error: the module's schema forbids this: 1.5 is not of type 'integer'",
    ),
    (
        f"type: banner\n{SCHEMA}props: {{title: a}}\nvariants: {{loud: {{title: LOUDLY}}}}",
        "4:26: error: the module's schema forbids this: 'LOUDLY' is too long",
    ),
    (
        "type: banner\nschema: {additionalProperties: false}\nprops: {x: '${1}'}",
        "3:12: error: the module's schema has no prop `x`",
    ),
    (
        "type: banner\nschema: {$ref: 'http://example.com/s.json'}\nprops: {x: 1}",
        "3:8: error: the module's schema cannot be used",
    ),
    ("type: banner\nprops: {x: 'a ${1'}", "2:15: error: this ${ is never closed"),
    (
        "type: banner\nprops: {x: ['${1}']}",
        "2:12: error: `${…}` works in a prop's own text, not inside lists and mappings",
    ),
    ("type: banner\nprops: {x: 'you: ${tags}'}", "2:20: error: a list(string) cannot stand in a text"),
    (
        "type: banner\nprops: {x: {pick: produkts}}",
        "2:19: error: there is no collection `produkts` (did you mean `products`?)",
    ),
    ("type: banner\nprops: {x: {pick: products, affinity: likes}}", "2:12: error: `affinity` and `by` belong together"),
    (
        "type: banner\nprops: {x: {pick: products, affinity: likse, by: category}}",
        "2:39: error: there is no affinity signal `likse` (did you mean `likes`?)",
    ),
    (
        "type: banner\nprops: {x: {pick: products, affinity: clicks, by: category}}",
        "2:39: error: there is no affinity signal `clicks`",
    ),
    (
        "type: banner\nprops: {x: {pick: products, affinity: likes, by: kategory}}",
        "2:50: error: no item of `products` has `kategory` (did you mean `category`?)",
    ),
    ("type: banner\nprops: {x: {pick: products, limit: 1000}}", "2:36: error: a pick takes at most 100 items"),
]


@pytest.mark.parametrize(("text", "problem"), MODULES)
def test_modules(problems_of: ProblemsOf, text: str, problem: str) -> None:
    found = problems_of(
        {
            "modules/other.yaml": f"{text}\n",
            "signals.yaml": CLICKS + AFFINITY,
            "collections/products.yaml": "- {id: a, category: books}\n",
            "schemas/banner.yaml": "type: object\n",
        }
    )
    assert any(line.startswith(f"modules/other.yaml:{problem}") for line in found), found


FILES = [
    ("collections/a.yaml", "- 1\n", "collections/a.yaml:1:3: error: an item of a collection must be a mapping"),
    ("collections/a.json", "[1]", "collections/a.json: error: a collection must be a list of objects"),
    ("collections/a.json", "[{]", "collections/a.json:1:3: error: not JSON: "),
    (
        "collections/a.csv",
        "a,b",
        "collections/a.csv: warning: befit does not read this (names here end in .yaml or .json)",
    ),
    ("signal.yaml", "a: 1", "signal.yaml: warning: befit does not read this (did you mean `signals.yaml`?)"),
    ("slot/hero.yaml", "a: 1", "slot: warning: befit does not read this (did you mean `slots`?)"),
    ("slots/side bar.yaml", "- {show: welcome}", "slots/side bar.yaml: error: `side bar` cannot be a name"),
    ("slots/empty.yaml", "# later\n", "slots/empty.yaml: error: the file is empty"),
    ("templates/a.html", "<p>", "templates: warning: templates/ does not do anything yet"),
    ("experiments/a.yaml", "a: 1", "experiments: warning: experiments/ does not do anything yet"),
]


@pytest.mark.parametrize(("name", "text", "problem"), FILES)
def test_files(problems_of: ProblemsOf, name: str, text: str, problem: str) -> None:
    found = problems_of({name: text})
    assert any(line.startswith(problem) for line in found), found


def test_an_event_that_the_schema_does_not_have_is_a_warning(problems_of: ProblemsOf) -> None:
    site = "name: s\nwrite_keys: [k]\nschema: {events: {Product Viewed: {}}}\n"
    assert problems_of({"site.yaml": site, "signals.yaml": "a: {count: [Product Viewd, page]}\n"}) == [
        "signals.yaml:1:13: warning: event `Product Viewd` is not in the site's schema (did you mean `Product Viewed`?)"
    ]


def test_events_of_befits_own_sdk_need_not_be_declared(problems_of: ProblemsOf) -> None:
    site = "name: s\nwrite_keys: [k]\nschema: {events: {Product Viewed: {}}}\n"
    assert (
        problems_of({"site.yaml": site, "signals.yaml": "a: {count: [Page Ping, Impression, Module Clicked]}\n"}) == []
    )


def test_a_site_has_a_limited_number_of_signals(problems_of: ProblemsOf) -> None:
    signals = "".join(f"s{i}: {{count: Click}}\n" for i in range(2001))
    assert problems_of({"signals.yaml": signals}) == [
        "signals.yaml:1:1: error: a site has at most 2000 signals, and here are 2001"
    ]
    assert problems_of({"signals.yaml": signals[: signals.rindex("s2000")]}) == []


def test_a_variant_is_not_blamed_for_its_modules_own_mistakes(problems_of: ProblemsOf) -> None:
    module = f"type: banner\n{SCHEMA}props: {{title: Too long}}\nvariants: {{a: {{n: 1}}}}\n"
    assert [problem.split(": ")[0] for problem in problems_of({"modules/other.yaml": module})] == [
        "modules/other.yaml:3:16"
    ]


def test_the_smallest_site_has_no_problems(problems_of: ProblemsOf) -> None:
    assert problems_of({}) == []
