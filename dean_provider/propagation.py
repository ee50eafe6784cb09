"""How operators compose a propagation of patterns: :func:`propagation_dag`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import DAG, Param

from dean_provider.factory import DEFAULT_ARGS
from dean_provider.operators import DiscoverPatternsOperator
from dean_provider.operators.propagation import (
    CompensatePropagationOperator,
    ExpandPatternsOperator,
    PlanPropagationOperator,
    SelectPatternsOperator,
    SettlePropagationOperator,
    TryPatternsOperator,
)

__all__ = ["propagation_dag", "propagation_params"]

DOC = """
### Pattern propagation
What the fittest agents of one completed trial have in common is tried in another one of the same objective, on copies of its final
population: on a share first, then on more, measuring every time. What holds in the whole population, with its whole 95 % interval above
zero, counts as propagated; what does harm goes into quarantine at once. Neither trial's outcome changes.

| task | what it does |
|---|---|
| `plan_propagation` | reads the params, looks at both trials, refuses what cannot work |
| `discover_patterns` | finds, stores and measures the source's patterns |
| `select_patterns` | keeps those that hold there by more than `minimum_effect` |
| `try_patterns` | imposes each on `test_share` of the target and measures it there |
| `expand_patterns` | lets what does no harm spread by `expansion_rate` in each cycle, measuring again |
| `settle_propagation` | quarantines what does harm, records what holds, keeps the populations that carry it |
| `compensate` | takes back what a run that failed has made |
"""


def propagation_params() -> dict[str, Param]:
    """A DAG's params for a propagation, one for each field of :class:`~dean_provider.contract.propagation.PropagationConfig`."""
    from dean_provider.contract.propagation import PropagationConfig  # noqa: PLC0415 - the contract's models are not needed to import this

    params = {}
    for name, schema in PropagationConfig.model_json_schema()["properties"].items():
        kept = {key: value for key, value in schema.items() if key not in ("title", "default", "description")}
        default = schema.get("default")
        title = name.replace("_", " ").capitalize()
        params[name] = Param(default, description=schema.get("description"), schema={**kept, "title": title, "section": "Propagation"})
    return params


def propagation_dag(
    dag_id: str,
    *,
    schedule: Any = None,
    config: Mapping[str, Any] | None = None,
    limit: int = 10,
    default_args: Mapping[str, Any] | None = None,
    **dag_args: Any,
) -> DAG:
    """A DAG that propagates patterns from one trial to another, with a form for what is asked.

    :param dag_id: id of the DAG.
    :param schedule: when it runs, as :class:`airflow.sdk.DAG` takes it; ``None`` only when somebody triggers it.
    :param config: settings that the form need not ask for. May be templates.
    :param limit: patterns looked for at most, the best supported first.
    :param default_args: arguments for every task, over those of trials.
    :param dag_args: further arguments of :class:`airflow.sdk.DAG`.
    """
    dag_args.setdefault("catchup", False)
    dag_args.setdefault("tags", ["dean", "patterns"])
    dag_args.setdefault("doc_md", DOC)
    given = dict(config or {})
    params = {name: param for name, param in propagation_params().items() if name not in given}
    with DAG(dag_id, schedule=schedule, params=params, default_args={**DEFAULT_ARGS, **(default_args or {})}, **dag_args) as dag:
        plan = PlanPropagationOperator(task_id="plan_propagation", config=given)
        source = f"{{{{ ti.xcom_pull(task_ids='{plan.task_id}')['source'] | tojson }}}}"
        discover = DiscoverPatternsOperator(task_id="discover_patterns", trial=source, limit=limit)
        select = SelectPatternsOperator(task_id="select_patterns", plan=plan.output, discovered=discover.output)
        tried = TryPatternsOperator(task_id="try_patterns", plan=plan.output, selected=select.output)
        expand = ExpandPatternsOperator(task_id="expand_patterns", plan=plan.output, tried=tried.output)
        settle = SettlePropagationOperator(
            task_id="settle_propagation", plan=plan.output, selected=select.output, tried=tried.output, expanded=expand.output
        )
        steps = (plan, discover, select, tried, expand, settle)
        compensate = CompensatePropagationOperator(
            task_id="compensate", plan=plan.output, tried=tried.output, answers_for=[step.task_id for step in steps]
        )
        plan >> discover >> select >> tried >> expand >> settle
        settle >> compensate.as_teardown(setups=[plan], on_failure_fail_dagrun=True)
    return dag
