"""docs/reference/conditions.md: every example has the value that the page says."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from befit.cel import CelError, evaluate, to_json
from tests.pages import ROOT, blocks, section, tables

PAGE = "docs/reference/conditions.md"
LINE = re.compile(r"(.*?) +// (.*)")


def examples() -> list[tuple[str, str]]:
    found = []
    for block in blocks(PAGE, "cel"):
        for line in block.text.splitlines():
            match = LINE.fullmatch(line)
            assert match, f"{block.where}: no value in {line!r}"
            found.append((match[1], match[2]))
    return found


@pytest.mark.parametrize(("expression", "said"), examples())
def test_an_example_has_the_value_that_the_page_says(expression: str, said: str) -> None:
    (variables,) = [json.loads(block.text) for block in blocks(PAGE, "json") if block.info == "vars"]
    if said.startswith("error: "):
        with pytest.raises(CelError, match=re.escape(said.removeprefix("error: "))):
            evaluate(expression, variables)
    else:
        assert to_json(evaluate(expression, variables)) == json.loads(said)


def test_the_portable_form_is_what_the_page_says() -> None:
    (python,) = blocks(PAGE, "python")
    *statements, last = python.text.strip().splitlines()
    scope: dict[str, object] = {}
    exec("\n".join([*statements, f"ast = {last}"]), scope)
    (portable,) = [json.loads(block.text) for block in blocks(PAGE, "json") if block.info == "portable"]
    assert scope["ast"] == portable


def test_the_browser_says_what_the_page_says() -> None:
    (portable,) = [block.text for block in blocks(PAGE, "json") if block.info == "portable"]
    (javascript,) = blocks(PAGE, "js")
    code = javascript.text.replace("compile(portable)", f"compile({portable})")
    said = re.findall(r"^(condition.*); // (.*)$", code, re.MULTILINE)
    assert len(said) == 4
    calls = ", ".join(f"() => {call}" for call, _ in said)
    code += f"""for (const call of [{calls}]) {{
        try {{ console.log(call()) }} catch (error) {{ console.log("error:", error.message) }}
    }}"""
    setup = "\n".join(line for line in code.splitlines() if not re.search(r"^condition", line))
    command = ["node", "--input-type=module", "--eval", setup]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == [answer for _, answer in said]


def test_there_are_examples_of_everything() -> None:
    text = "\n".join(expression for expression, _ in examples())
    for word in ("?", "&&", "has(", ".exists(", ".map(", "cel.bind(", ".?", "[?", "optMap(", ".getHours("):
        assert word in text


def test_every_macro_of_the_table_is_known_to_the_checker() -> None:
    (rows,) = tables(section(PAGE, "Macros"))
    for name in re.findall(r"(?:list\.|optional\.)?(\w+)\(", " ".join(row[0] for row in rows)):
        written = {
            "has": "has(m.a)",
            "bind": "cel.bind(x, 1, x)",
            "map": "[1].map(x, x)",
            "optMap": "m.?a.optMap(x, x)",
            "optFlatMap": "m.?a.optFlatMap(x, optional.of(x))",
        }.get(name, f"[1].{name}(x, x > 0)")
        evaluate(written, {"m": {"a": 1}})
