"""befit's documentation. `python -m docs.generate` writes the parts of its pages that are generated from code."""
