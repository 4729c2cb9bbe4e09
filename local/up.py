"""`make up`: a running local deployment, whatever state an earlier one is in."""

from __future__ import annotations

import sys
import time

import segno

from local import directory, processes
from local.deployment import LocalDeployment
from local.drill import heal_interrupted
from local.features import feature_modules
from local.files import write_json
from local.health import require_health
from local.local_site import LocalSite
from local.lock import locked
from local.meta_apps import configure_apps
from local.operators import sign_in
from local.outputs import collect
from local.progress import step
from local.release import deploy, settings_given
from local.sample import Sample, SampleError, sample_of
from local.servers import start_aws, start_graph


def up(deployment: LocalDeployment, photos: str | None, event_id: str | None) -> int:
    """Start what is not running, deploy what changed, load the sample, print the addresses.

    Safe to repeat after an interruption at any moment: photos and accounts are kept. Returns 1
    if the site runs but the sample could not be loaded.
    """
    started = time.monotonic()
    sample = sample_of(photos, event_id)
    settings_given()
    directory.mark(deployment.directory)
    directory.require_space(deployment.directory)
    with locked(deployment.directory / "lock", "up"):
        try:
            site = _deployed(deployment)
        except processes.CommandError as error:
            error.stop()
            raise
        results, problem = _load_sample(site, sample)
    print(f"\nUp in {time.monotonic() - started:.0f} s.")
    for line in "\n".join(results).splitlines():
        print(f"  {line}")
    _print_addresses(site, sample)
    if problem:
        print(f"\ndaybook: {problem}", file=sys.stderr)
        return 1
    return 0


def _deployed(deployment: LocalDeployment) -> LocalSite:
    """Return the deployment, running, deployed and healthy."""
    if left := processes.stop_leftovers(deployment):
        print(f"Stopped {left} processes of an interrupted deployment.")
    with step("Starting the embedded AWS"):
        start_aws(deployment)
    if deployment.graph_base is None:
        with step("Starting the Graph emulator"):
            start_graph(deployment)
    with step("Deploying with the CDK CLI"):
        deploy(deployment)
    with step("Creating an operator"):
        outputs = collect(deployment)
        outputs["operator"] = sign_in(
            deployment, outputs.pop("user_pool_id"), outputs.pop("user_pool_client_id")
        )
        write_json(deployment.outputs_file, outputs)
    site = LocalSite(deployment)
    with step("Configuring the Meta apps"):
        configure_apps(site)
        for name, feature in feature_modules():
            if site.has(name) and hasattr(feature, "after_deploy"):
                feature.after_deploy(site)
    # Some faults are removed by a login: the apps are known by now, also to a new emulator.
    heal_interrupted(site)
    with step("Checking the site"):
        require_health(site)
    return site


def _load_sample(site: LocalSite, sample: Sample) -> tuple[list[str], str]:
    """Return what the features loaded, a text each, and the problem that stopped one."""
    results: list[str] = []
    for name, feature in feature_modules():
        if site.has(name) and hasattr(feature, "load_sample"):
            with step(f"Loading sample data ({name})"):
                try:
                    results.append(feature.load_sample(site, sample))
                except SampleError as error:
                    return results, str(error)
    return results, ""


def _print_addresses(site: LocalSite, sample: Sample) -> None:
    outputs, operator = site.outputs, site.outputs["operator"]
    page = f"{outputs['guest_url']}/g/{sample.event_id}"
    print(
        f"  Event page  {page}\n"
        f"  API         {outputs['api_url']}\n"
        f"  Graph API   {outputs['graph_url']}\n"
        f"  AWS         {outputs['aws_endpoint_url']}\n"
        f"  Operator    {operator['username']} / {operator['password']}\n"
        f"  All names   {site.deployment.outputs_file}"
    )
    if site.deployment.lan:
        print(f"\nOpen to this network at {site.deployment.lan}. Scan to open the event page:\n")
        segno.make(page, error="l").terminal(compact=True)
        print(
            "Every device in this network can read and change all data of this deployment.\n"
            "`make up` without HOST closes it again."
        )
    else:
        print("Only this machine can open these addresses. HOST=0.0.0.0 opens them to its network.")
    print("`make down` stops the deployment and removes its data; KEEP=1 keeps the data.")
