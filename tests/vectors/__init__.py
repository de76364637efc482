"""Test vectors of conditions: expressions in portable form with variables, and the value or error that befit's Python gives.

Every other evaluator of the portable form (`@befit/browser/conditions`) is held to them. One vector is one JSON object:

    source      the expression in CEL, for people
    ast         its portable form
    variables   name -> value, written as a literal of the portable form: ["list", 1, ["=", "uint", 2]], ["map", "a", null],
                ["optional.of", true]
    json        the variables once more, as plain JSON, where the declared types lose nothing by it
    value       what comes out, written in the same way; or
    error       the kind of the error: its message up to the details ("no such key")
"""

from tests.vectors.vector import Vector, error_kind, read, vector, written

__all__ = ["Vector", "error_kind", "read", "vector", "written"]
