"""The commands that belong to no feature. Heavy modules are imported by the command that runs."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.stage import Context, StageName, cloud_config_of, config_of


def synth(stage: StageName = "dev", context: Context = "") -> None:
    """Write and check the templates of a stage."""
    from cli.synthesis import synthesise

    config_of(stage, context)
    raise typer.Exit(synthesise(stage, context))


def bootstrap(stage: StageName = "dev", context: Context = "") -> None:
    """Prepare an AWS account for the CDK, once per region."""
    from cli.bootstrap import prepare_account

    raise typer.Exit(prepare_account(cloud_config_of(stage, context, "make up")))


def deploy(
    stage: StageName = "dev",
    context: Context = "",
    account: Annotated[
        str, typer.Option(envvar="IG_USER_ID", help="the site's own Instagram account id")
    ] = "",
) -> None:
    """Check, synthesise and deploy a stage."""
    from cli.deployment import deploy_stage

    config = cloud_config_of(stage, context, "make up")
    raise typer.Exit(deploy_stage(config, context, account))


def destroy(
    stage: StageName = "dev",
    context: Context = "",
    parts: Annotated[
        str, typer.Option(envvar="PARTS", help='only these stacks: "Monitoring Front"')
    ] = "",
    confirm: Annotated[
        str, typer.Option(envvar="CONFIRM", help="the stage's name, to really delete")
    ] = "",
) -> None:
    """Delete a stage's stacks, once it is confirmed.

    Without --confirm it only says what would go and what would stay.
    """
    from cli.removal import remove

    config = cloud_config_of(stage, context, "make down")
    raise typer.Exit(remove(config, parts.split(), confirmed=confirm == stage))


def check() -> None:
    """Check format, lint, types and OpenAPI."""
    from cli.checks import check_sources

    raise typer.Exit(check_sources())


def test(
    selection: Annotated[
        str, typer.Option("--pytest", envvar="PYTEST", help="arguments for pytest, to run a part")
    ] = "",  # noqa: PT028 - a command, not a test
) -> None:
    """Run all checks and tests."""
    from cli.checks import run_tests

    raise typer.Exit(run_tests(selection.split()))


def lock(
    upgrade: Annotated[
        bool, typer.Option(help="take the newest versions that pyproject.toml allows")
    ] = True,
) -> None:
    """Lock all Python and npm libraries."""
    from cli.locks import write_locks

    raise typer.Exit(write_locks(upgrade=upgrade))


def cost() -> None:
    """Print docs/cost.md, from the cost model."""
    from cli.cost.document import document

    typer.echo(document(), nl=False)


def operator(
    email: Annotated[str, typer.Argument(envvar="EMAIL", help="the operator's mail address")],
    stage: StageName = "dev",
    context: Context = "",
) -> None:
    """Create an operator and explain the first sign-in."""
    from cli.operators import create_operator
    from cli.site import clients_of_stage

    config = config_of(stage, context)
    typer.echo(create_operator(config, email, clients_of_stage(config)))


def redrive(
    queue: Annotated[str, typer.Argument(envvar="QUEUE", help="stack and queue, joined by a dot")],
    stage: StageName = "dev",
    context: Context = "",
) -> None:
    """Move dead letters back into their queue."""
    from cli.dead_letters import redrive as start
    from cli.site import clients_of_stage

    config = config_of(stage, context)
    typer.echo(start(config, queue, clients_of_stage(config)))


def purge(
    queue: Annotated[str, typer.Argument(envvar="QUEUE", help="stack and queue, joined by a dot")],
    stage: StageName = "dev",
    context: Context = "",
) -> None:
    """Delete the dead letters of a queue."""
    from cli.dead_letters import purge as delete
    from cli.site import clients_of_stage

    config = config_of(stage, context)
    typer.echo(delete(config, queue, clients_of_stage(config)))


def rotate_cdn_key(stage: StageName = "dev", context: Context = "") -> None:
    """Give API and CDN a new key, or the same one again."""
    from cli.cdn_key import rotate_cdn_key as rotate
    from cli.site import clients_of_stage

    config = config_of(stage, context)
    rotate(config, clients_of_stage(config), typer.echo)


COMMANDS = (
    synth,
    bootstrap,
    deploy,
    destroy,
    check,
    test,
    lock,
    cost,
    operator,
    redrive,
    purge,
    rotate_cdn_key,
)
