"""The metrics of a node, from `befit.node.metrics`."""

from __future__ import annotations

from prometheus_client.metrics import MetricWrapperBase

from befit.node import metrics as declared
from docs.generate.table import code, table


def metrics() -> str:
    """befit's own metrics: name as it is printed, type, labels and meaning."""
    families = {family.name: family for family in declared.REGISTRY.collect()}
    rows = []
    for metric in vars(declared).values():
        if not isinstance(metric, MetricWrapperBase) or metric._labelvalues:
            continue  # something else, or a child of a labelled metric
        family = families[metric._name]
        printed = f"{family.name}_total" if family.type == "counter" else family.name
        rows.append([code(printed), family.type, ", ".join(map(code, metric._labelnames)), family.documentation])
    return table(["metric", "type", "labels", ""], rows)
