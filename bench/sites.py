"""Sites for benchmarks: as many slots, rules and signals as a figure asks for."""

from __future__ import annotations

from pathlib import Path

WRITE_KEY = "bench-key"
SITE = f"""name: bench
write_keys: [{WRITE_KEY}]
identity: {{unsigned: true}}
origins: ["*"]
public: "*"
schema:
  events:
    Product Viewed: {{product_id: string, category: string, price: double}}
    Order Completed: {{total: double}}
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write the files of a site."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def module(number: int) -> str:
    """A banner."""
    return (
        f"type: banner\nprops: {{title: Offer number {number}, text: What befits you now, cta: Show me, "
        f"url: /offers/{number}}}\n"
    )


def decide_site(folder: Path, slots: int = 10, rules: int = 200, fields: int = 60) -> Path:
    """`slots` slots with `rules` rules in all, over profiles of `fields` fields: 40 signals and 20 traits.

    Typical conditions: two comparisons, a tag, a trait, a duration; each slot's default holds for most visitors, so
    that most of its rules are looked at.
    """
    signals = {
        f"views_{n}": f"{{count: Product Viewed, where: 'event.properties.category == \"c{n}\"'}}" for n in range(38)
    }
    signals["last_purchase"] = "{last: timestamp, of: Order Completed}"
    signals["spent"] = "{sum: event.properties.total, of: Order Completed}"
    files = {
        "site.yaml": SITE + "  traits: {" + ", ".join(f"t{n}: string" for n in range(20)) + "}\n",
        "signals.yaml": "".join(f"{name}: {spec}\n" for name, spec in signals.items()),
        "tags.yaml": "buyer: {on: Order Completed}\nviewer: {on: Product Viewed}\n",
    }
    per_slot = rules // slots
    for slot in range(slots):
        branches = [
            f"- {{when: '{condition(slot * per_slot + n)}', show: m{(slot + n) % 20}}}\n" for n in range(per_slot - 1)
        ]
        files[f"slots/slot_{slot}.yaml"] = "".join(branches) + "- {show: m0}\n"
    files |= {f"modules/m{n}.yaml": module(n) for n in range(20)}
    return write(folder, files)


def condition(number: int) -> str:
    """One of five typical conditions."""
    a, b = number % 38, (number * 7 + 3) % 38
    return (
        f"signals.views_{a} > {8 + number % 5} && signals.views_{b} < 3",
        f'"buyer" in tags && signals.spent >= {700 - number}.0',
        f'profile.traits.t{number % 20} == "gold" && signals.views_{a} > 2',
        f'now - signals.last_purchase < duration("{1 + number % 20}h") && signals.views_{b} > 1',
        f"signals.views_{a} + signals.views_{b} > {20 + number % 10}",
    )[number % 5]


def fold_site(folder: Path, rules: int) -> Path:
    """A site with `rules` tagging rules and triggers, of which the same ten match a view of category c0."""
    tags, triggers = [], []
    for n in range(rules):
        match n % 4:
            case 0:
                tags.append(
                    f"tag_{n}: {{on: Product Viewed, when: 'event.properties.category == \"c{n // 10}\"', ttl: 1h}}\n"
                )
            case 1:
                tags.append(f"tag_{n}: {{when: 'signals.views >= {1 if n < 10 else 1_000_000 + n}'}}\n")
            case 2:
                tags.append(f"tag_{n}: {{on: Order Completed, when: 'event.properties.total > {n}.0'}}\n")
            case 3:
                triggers.append(
                    f"trigger_{n}: {{when: 'signals.spent > {n * 1000}.0 && page.path == \"/\"', tag: tag_0}}\n"
                )
    return write(
        folder,
        {
            "site.yaml": SITE,
            "signals.yaml": "views: {count: Product Viewed}\nspent: {sum: event.properties.total, of: Order Completed}\n",
            "tags.yaml": "".join(tags),
            "triggers.yaml": "".join(triggers),
            "slots/hero.yaml": "- {show: m0}\n",
            "modules/m0.yaml": module(0),
        },
    )


def push_site(folder: Path) -> Path:
    """A site whose hero changes with every view: the banner names the number of views."""
    return write(
        folder,
        {
            "site.yaml": SITE,
            "signals.yaml": "views: {count: Product Viewed}\n"
            "category_affinity: {affinity: event.properties.category, half_life: 3d, weights: {Product Viewed: 1}}\n"
            "last_purchase: {last: timestamp, of: Order Completed}\n",
            "slots/hero.yaml": "- {when: 'signals.views > 0', show: counted}\n- {show: m0}\n",
            "slots/sidebar.yaml": "- {when: 'signals.last_purchase > timestamp(\"2020-01-01T00:00:00Z\")', show: m0}\n- {show: m0}\n",
            "modules/counted.yaml": 'type: banner\nprops: {title: "View ${signals.views}", url: /}\n',
            "modules/m0.yaml": module(0),
        },
    )
