"""``dean audit verify``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import rich_click as click

from dean_provider.cli.exits import ExitCode
from dean_provider.cli.options import allow_unsigned_option, json_option, workflow_option

if TYPE_CHECKING:
    from dean_provider.contract.workflow import Head
    from dean_provider.state.verification import Verified


def _head(ctx: click.Context, param: click.Parameter, value: str | None) -> Head | None:
    from dean_provider.contract.workflow import Head

    if value is None:
        return None
    sequence, colon, digest = value.partition(":")
    if not (colon and digest and sequence.isdecimal() and len(sequence) < 17):
        raise click.BadParameter(f"{value!r} is not SEQUENCE:HASH, as a trial's report shows it.", ctx=ctx, param=param)
    return Head(sequence=int(sequence), hash=digest)


@click.command()
@workflow_option
@click.option("--head", callback=_head, metavar="SEQUENCE:HASH", help="End of the chain as a report or log noted it; with one --workflow.")
@click.option("--from-snapshot", is_flag=True, help="Begin at the newest sealed snapshot instead of the first event.")
@click.option("--file", "uri", metavar="URI", help="Verify an export instead of the database.")
@allow_unsigned_option
@json_option
@click.pass_context
def verify(
    ctx: click.Context,
    *,
    workflows: Sequence[UUID],
    head: Head | None,
    from_snapshot: bool,
    uri: str | None,
    allow_unsigned: bool,
    as_json: bool,
) -> None:
    """Look at every event of the record: its hash, its place, its link to the one before, and the end of its chain.

    The first bad event of each workflow is named, and the exit code is 5. With a key, an execution of which
    nothing is signed has a fault.
    """
    if head is not None and len(workflows) != 1:
        raise click.UsageError("--head belongs to one workflow: give --workflow once.")
    if uri is not None:
        if workflows or from_snapshot:
            raise click.UsageError("--file is verified whole: give neither --workflow nor --from-snapshot.")
        _verify_file(uri, allow_unsigned=allow_unsigned, as_json=as_json)
        return
    results = _verify_record(workflows, head, from_snapshot=from_snapshot, allow_unsigned=allow_unsigned)
    _print(results, as_json=as_json)
    if any(one.fault for one in results):
        ctx.exit(ExitCode.DIFFERENT)


def _verify_record(workflows: Sequence[UUID], head: Head | None, **more: bool) -> list[Verified]:
    from dean_provider.cli.database import record_sessions
    from dean_provider.cli.progress import progress_bar
    from dean_provider.state.signing import installed_keys
    from dean_provider.state.stream import count_events, workflow_ids
    from dean_provider.state.verification import verify as look

    sessions, keys = record_sessions(), installed_keys()
    heads = [head] if head else []
    with progress_bar("verifying", count_events(sessions, workflows)) as advance:
        wanted = workflows or workflow_ids(sessions)
        return [look(sessions, one, keys=keys, heads=heads, on_progress=advance, **more) for one in wanted]


def _verify_file(uri: str, *, allow_unsigned: bool, as_json: bool) -> None:
    from dean_provider.cli.database import object_at
    from dean_provider.cli.terminal import print_json
    from dean_provider.state.exporting import check_export
    from dean_provider.state.signing import installed_keys

    header = check_export(object_at(uri), keys=installed_keys(), allow_unsigned=allow_unsigned)
    if as_json:
        print_json({"workflows": len(header.heads), "events": header.events, "exported_at": header.exported_at.isoformat(), "faults": []})
    else:
        click.echo(
            f"{len(header.heads)} workflows, {header.events} events, as they were written on {header.exported_at:%Y-%m-%d %H:%M} UTC."
        )


def _print(results: Sequence[Verified], *, as_json: bool) -> None:
    from dean_provider.cli.terminal import print_json, print_table
    from dean_provider.state.verification import FaultKind

    faults = [(one, one.fault) for one in results if one.fault]
    summary: dict[str, Any] = {
        "workflows": len(results),
        "events": sum(one.events for one in results),
        "signed": sum(one.signed for one in results),
        "unsigned_workflows": sum(one.unsigned for one in results),
    }
    if as_json:
        documents = [
            {"workflow_id": str(one.workflow_id), "sequence": fault.sequence, "kind": fault.kind.value, "message": fault.message}
            for one, fault in faults
        ]
        heads = {str(one.workflow_id): f"{one.head.sequence}:{one.head.hash}" for one in results if not one.fault}
        print_json({**summary, "faults": documents, "heads": heads})
        return
    click.echo(
        f"{summary['workflows']} workflows, {summary['events']} events, {summary['signed']} of them signed: {len(faults)} with faults."
    )
    if faults:
        rows = [(str(one.workflow_id), str(fault.sequence), fault.kind.value, fault.message) for one, fault in faults]
        print_table(("workflow", "event", "fault", "what is wrong"), rows)
    if any(fault.kind is FaultKind.UNSIGNED and one.unsigned for one, fault in faults):
        click.echo("--allow-unsigned believes what was recorded before [dean] audit_key was set. A head noted then proves it: --head.")
