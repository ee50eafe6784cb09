"""``dean alerts rules``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, json_option

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway
    from dean_provider.contract.alert import RuleState


@click.command()
@asking
@json_option
def rules(gateway: Gateway, *, as_json: bool) -> None:
    """List the rules that hold, and what each sees now."""
    from dean_provider.cli.terminal import print_json, print_note, print_table
    from dean_provider.contract.endpoints.gateway import LIST_RULES
    from dean_provider.contract.service import Empty

    found = gateway.call(LIST_RULES, Empty())
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    print_table(("rule", "severity", "state", "value", "condition", "from"), [_row(rule) for rule in found.rules])
    for problem in found.problems:
        print_note(f"The file of rules is refused, the rules before hold on: {problem}")


def _row(rule: RuleState) -> tuple[str, ...]:
    state = rule.state if rule.enabled else "disabled"
    value = "" if rule.value is None else f"{rule.value:.4g}"
    return rule.name, rule.severity.value, state, value, f"{rule.metric}: {rule.condition}", rule.origin
