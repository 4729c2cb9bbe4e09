"""The stacks of a stage as they are deployed, whatever the settings say now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cli.aws import ClientOf, client_in
from stacks.config import GLOBAL_REGION, StageConfig

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

STORAGE, API, FRONT, MONITORING = "Storage", "Api", "Front", "Monitoring"
CDN, CDN_ALARMS, FIREWALL = "Cdn", "CdnAlarms", "Waf"
# Of a site outside the global region these are there, with the region in their names.
GLOBAL_PARTS = (CDN_ALARMS, FIREWALL)

# A stack is deleted before those that it uses; features come between the firewall and the API.
FIRST, LAST = (MONITORING, CDN_ALARMS, FRONT, CDN, FIREWALL), (API, STORAGE)
FAILED_FIRST_DEPLOYMENT = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")


@dataclass(frozen=True)
class Deployed:
    """A deployed stack. `part` is its name without the stage's, such as `Storage`.

    A `half_made` one is left of a first deployment that failed: it was never in use.
    """

    name: str
    part: str
    region: str
    protected: bool = False
    half_made: bool = False
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def rank(self) -> int:
        """Return its place in the order of deletion."""
        if self.part in FIRST:
            return FIRST.index(self.part)
        return len(FIRST) + (LAST.index(self.part) + 1 if self.part in LAST else 0)


def deployed_stacks(config: StageConfig, client_of: ClientOf = client_in) -> list[Deployed]:
    """Return a stage's stacks in the order in which they can be deleted.

    With a CDN in another region that includes its firewall and alarms in the global one.
    """
    prefix = f"daybook-{config.stage}-"
    found = [
        _deployed(stack, stack["StackName"].removeprefix(prefix), config.region)
        for stack in _stacks(config.region, prefix, client_of)
    ]
    # Those of the same stage's sites in other regions.
    others = tuple(f"{part}-" for part in GLOBAL_PARTS)
    found = [one for one in found if not one.part.startswith(others)]
    if config.region != GLOBAL_REGION:
        names = {f"{prefix}{part}-{config.region}": part for part in GLOBAL_PARTS}
        found += [
            _deployed(stack, names[stack["StackName"]], GLOBAL_REGION)
            for stack in _stacks(GLOBAL_REGION, prefix, client_of)
            if stack["StackName"] in names
        ]
    return sorted(found, key=lambda one: (one.rank, one.name))


def resources_of(stack: Deployed, kind: str, client_of: ClientOf) -> Iterator[tuple[str, str]]:
    """Yield logical and physical ids of a stack's resources of a CloudFormation type."""
    cloudformation = client_of("cloudformation", stack.region)
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack.name):
        for one in page["StackResourceSummaries"]:
            exists = one["ResourceStatus"] != "DELETE_COMPLETE" and one.get("PhysicalResourceId")
            if one["ResourceType"] == kind and exists:
                yield one["LogicalResourceId"], one["PhysicalResourceId"]


def _stacks(region: str, prefix: str, client_of: ClientOf) -> list[StackTypeDef]:
    pages = client_of("cloudformation", region).get_paginator("describe_stacks").paginate()
    return [
        stack for page in pages for stack in page["Stacks"] if stack["StackName"].startswith(prefix)
    ]


def _deployed(stack: StackTypeDef, part: str, region: str) -> Deployed:
    return Deployed(
        stack["StackName"],
        part,
        region,
        bool(stack.get("EnableTerminationProtection")),
        stack["StackStatus"] in FAILED_FIRST_DEPLOYMENT,
        {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())},
    )
