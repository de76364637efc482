"""Drools (Java): the rules as DRL over a typed fact, compiled to its executable model, asked in a process of its own.

`python -m bench.engines.drools` compiles the rules of every size beforehand, which takes minutes, and keeps them beside
the classes that Maven made (bench/drools).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.engines.measure import ANSWERS, ROUNDS, MissingPeerError, Outcome
from bench.engines.rules import COUNTS, FIELDS, INTS, NUMBERS, TEXTS, Profile, Test, rules

FOLDER = Path(__file__).parent.parent / "drools"
TARGET = FOLDER / "target"
WARM_UP_ROUNDS = 60
ROUND_MS = 1000
TYPES = {
    **dict.fromkeys(INTS, "int"),
    **dict.fromkeys(NUMBERS, "double"),
    **dict.fromkeys(TEXTS, "String"),
    "tags": "java.util.List",
}


def text(test: Test) -> str:
    """A rule as a constraint of a pattern."""
    match test:
        case ("==" | "!=" | ">=" | "<") as operator, field, operand:
            return f"{field} {operator} {json.dumps(operand)}"
        case "in", field, operands:
            return f"{field} in ({', '.join(map(json.dumps, operands))})"
        case "has", field, item:
            return f"{field} contains {json.dumps(item)}"
        case "not", ("has", field, item):
            return f"{field} not contains {json.dumps(item)}"
        case "starts", field, part:
            return f"{field}.startsWith({json.dumps(part)})"
        case "contains", field, part:
            return f"{field}.contains({json.dumps(part)})"
        case ("and" | "or") as operator, *tests:
            return "(" + (" && " if operator == "and" else " || ").join(text(inner) for inner in tests) + ")"
    raise ValueError(test)


def drl(rules: Sequence[Test]) -> str:
    """The rules as a file of Drools. What must hold together are constraints of their own, which rules can share."""
    fields = "".join(f"  {field}: {TYPES[field]}\n" for field in FIELDS)
    lines = [f"package bench;\nglobal java.util.List holding;\ndeclare Profile\n{fields}end\n"]
    for number, rule in enumerate(rules):
        constraints = ", ".join(map(text, rule[1:])) if rule[0] == "and" else text(rule)
        lines.append(f'rule "{number}" when Profile({constraints}) then holding.add({number}); end\n')
    return "".join(lines)


def tsv(profiles: Sequence[Profile]) -> str:
    """The profiles as `Measure.java` reads them."""

    def cell(value: Any) -> str:
        return ",".join(value) if isinstance(value, list) else str(value)

    rows: list[Sequence[str]] = [FIELDS, [TYPES[field] for field in FIELDS]]
    rows += [[cell(profile[field]) for field in FIELDS] for profile in profiles]
    return "".join("\t".join(row) + "\n" for row in rows)


def java(main: str, *arguments: str) -> str:
    """What a class of bench/drools prints. Raises MissingPeerError without a Java runtime or the classes."""
    if shutil.which("java") is None:
        raise MissingPeerError("there is no java; scripts/install-bench installs it")
    if not (TARGET / "dependency").is_dir():
        raise MissingPeerError(f"{TARGET} has no Drools; scripts/install-bench makes it")
    classes = f"{TARGET / 'classes'}:{TARGET / 'dependency'}/*"
    command = ["java", "-XX:ActiveProcessorCount=1", "-cp", classes, main, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def compiled(rules: Sequence[Test]) -> Path:
    """The rules compiled, now or by an earlier run."""
    source = drl(rules)
    jar = TARGET / f"rules-{len(rules)}-{hashlib.sha256(source.encode()).hexdigest()[:12]}.jar"
    if not jar.exists():
        with tempfile.TemporaryDirectory() as folder:
            file, made = Path(folder, "rules.drl"), Path(folder, "rules.jar")
            file.write_text(source)
            java("Build", str(file), str(made))
            shutil.move(made, jar)
    return jar


def measure(rules: Sequence[Test], profiles: Sequence[Profile]) -> Outcome:
    """Ask and time Drools. Raises MissingPeerError."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.write(tsv(profiles))
        file.flush()
        printed = java("Measure", str(compiled(rules)), file.name, str(WARM_UP_ROUNDS), str(ROUNDS), str(ROUND_MS))
    *lines, last = printed.splitlines()
    rate, warm_up = last.split()
    answers = [[int(number) for number in line.split()] for line in lines]
    return Outcome(answers[: ANSWERS // len(rules)], float(rate) * len(rules), (int(warm_up), WARM_UP_ROUNDS))


if __name__ == "__main__":
    for count in COUNTS:
        compiled(rules(count))
