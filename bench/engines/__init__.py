"""befit's conditions beside other rule engines: the same rules, the same profiles, the same question, in one run.

`rules` makes both from a seed; one file an engine says them in its language; `__main__` compares the answers, then
measures.
"""
