"""One YAML file of a site, composed to nodes with marks, and the list of what is wrong in a folder.

PyYAML only composes and constructs nothing, so a file can hold nothing but data; how deep and how often repeated that
may be is bounded here, and a key that comes twice is an error.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

import yaml

from befit.errors import Problem
from befit.site.item import Item

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_DEPTH: Final = 64
MAX_VALUES: Final = 1_000_000
"""Values in one file, those that aliases repeat counted each time."""

_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Problems(list[Problem]):
    """What is wrong in a site folder, in the order in which it was found."""

    def error(self, file: str, line: int, column: int, message: str, hint: str = "") -> None:
        """Add an error: the site cannot be used."""
        self.append(Problem(file, line, column, message, hint))

    def warning(self, file: str, line: int, column: int, message: str, hint: str = "") -> None:
        """Add a warning: the site can be used, but probably does not do what its author wants."""
        self.append(Problem(file, line, column, message, hint, "warning"))

    @property
    def errors(self) -> list[Problem]:
        """Those that keep the site from being used."""
        return [problem for problem in self if problem.severity == "error"]


class Document:
    """A YAML file: its name within the site folder, its text and its root value (None when it is empty or not YAML)."""

    def __init__(self, file: str, text: str, problems: Problems) -> None:
        self.file = file
        self.text = text
        self.problems = problems
        self._lines = [0, *(index + 1 for index, character in enumerate(text) if character == "\n")]
        node = self._compose()
        self.root = Item(self, node) if node is not None and self._is_plain_data(node) else None

    def place(self, index: int) -> tuple[int, int]:
        """Line and column, from 1, of a character of the text."""
        line = bisect_right(self._lines, index)
        return line, index - self._lines[line - 1] + 1

    def _compose(self) -> yaml.Node | None:
        try:
            depth = 0
            for event in yaml.parse(self.text, _Loader):
                depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
                if depth > MAX_DEPTH:
                    mark = event.start_mark
                    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
                    self.problems.error(self.file, line, column, f"values are nested deeper than {MAX_DEPTH} levels")
                    return None
            node: yaml.Node | None = yaml.compose(self.text, _Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
            self.problems.error(
                self.file, line, column, f"not YAML: {error.problem or error.context}", _yaml_hint(error)
            )
            return None
        except yaml.YAMLError as error:
            self.problems.error(self.file, 0, 0, f"not YAML: {str(error).splitlines()[0]}")
            return None
        return node

    def _is_plain_data(self, root: yaml.Node) -> bool:
        """Reports tags, keys that are no scalars or come twice, and more repetition by aliases than anybody needs."""
        found = len(self.problems.errors)
        left = MAX_VALUES
        waiting = [(root, 0)]
        checked: set[int] = set()
        while waiting:
            node, depth = waiting.pop()
            left -= 1
            if left < 0 or depth > MAX_DEPTH:
                Item(self, node).error("aliases repeat too much here", "write the values out")
                return False
            if id(node) not in checked:
                checked.add(id(node))
                self._check(node)
            children = node.value if isinstance(node, yaml.CollectionNode) else ()
            for child in children:
                waiting += [(part, depth + 1) for part in (child if isinstance(child, tuple) else (child,))]
        return len(self.problems.errors) == found

    def _check(self, node: yaml.Node) -> None:
        if self.text.startswith("!", node.start_mark.index):
            Item(self, node).error("YAML tags have no meaning here", "remove what begins with !")
        if not isinstance(node, yaml.MappingNode):
            return
        first: dict[str, yaml.Node] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                Item(self, key).error("a key must be a single word or text")
            elif key.value == "<<":
                Item(self, key).error("merge keys are not supported", "write the keys out, or use an alias as a value")
            elif key.value in first:
                line = first[key.value].start_mark.line + 1
                Item(self, key).error(f"`{key.value}` is given twice", f"first in line {line}")
            else:
                first[key.value] = key


def _yaml_hint(error: yaml.MarkedYAMLError) -> str:
    if "mapping values are not allowed" in str(error.problem):
        return "put text that holds `: ` in quotes"
    if "cannot start any token" in str(error.problem):
        return "indent with spaces; put text that begins with a special character in quotes"
    return ""
