"""The HTTP API that features add their routes to. How it is reached: `front`."""

from __future__ import annotations

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from constructs import Construct

from lambdas.api.routes import ROUTES
from lambdas.api.settings import ApiSettings
from stacks.config import StageConfig
from stacks.kit.alarms import (
    FIVE_MINUTES,
    LESS_THAN,
    TEN_MINUTES,
    AlarmSpec,
    CompositeSpec,
    Missing,
    Severity,
)
from stacks.kit.feature import FeatureStack
from stacks.kit.functions import FunctionSpec, QueueSpec
from stacks.kit.version import current_version
from stacks.kit.widgets import DashboardRow, Graph
from stacks.operators import add_operators
from stacks.storage import StorageStack
from stacks.zone import zone_of

HEALTH = FunctionSpec(
    name="health", description="Reports that the API answers", timeout_seconds=29, memory_mb=256
)
PROBE = FunctionSpec(
    name="probe",
    description="Checks the site through its public address",
    timeout_seconds=60,
    memory_mb=256,
    reserved_concurrency=2,
    error_alarm="site-unreachable",
)
PROBES = QueueSpec(name="Probe", max_receive_count=1, dead_letter_alarm="site-unreachable")


class ApiStack(FeatureStack):
    """Features add their routes to `api`; those for operators take `operators_only`."""

    feature = "api"
    function_specs = (HEALTH, PROBE)

    def __init__(
        self,
        scope: Construct,
        config: StageConfig,
        storage: StorageStack,
        probe_paths: tuple[str, ...],
    ) -> None:
        super().__init__(scope, config, storage.foundation)
        self.api = self._add_api()
        operators = add_operators(self, config, self.api)
        self.operators_only = operators.authorizer_by_name(self)
        settings = ApiSettings(
            version=current_version(), public_url=self.public_url, probe_paths=probe_paths
        )
        for spec in self.function_specs:
            self.add_function(spec, settings)
        self.add_routes(self.api, ROUTES)
        self.add_queue(PROBES, "probe")
        every_five_minutes = events.Schedule.rate(FIVE_MINUTES)
        self.add_site_check("ProbeSite", every_five_minutes, "Probe", {"probe": "site"})
        self.alarms += [self._failures(), self._refusals(), self._unreachable()]
        self.dashboard_rows.append(self._requests())
        CfnOutput(self, "Url", value=self.public_url)
        CfnOutput(self, "UserPoolId", value=operators.pool.user_pool_id)
        CfnOutput(self, "UserPoolClientId", value=operators.client.user_pool_client_id)
        # Kept for the same reason as the exports of the storage stack.
        resource: apigateway.CfnApi = self.api.node.default_child  # type: ignore[assignment]
        authorizer_id = operators.authorizer.authorizer_id
        for value in (self.api.api_id, resource.attr_api_endpoint, authorizer_id):
            self.export_value(value)

    @property
    def public_url(self) -> str:
        """Return the site's address, without a trailing slash."""
        if self.config.public_url:
            return self.config.public_url.replace("{api_id}", self.api.api_id).rstrip("/")
        if self.config.domain_name:
            return f"https://{self.config.domain_name}"
        return self.api.api_endpoint

    def _add_api(self) -> apigateway.HttpApi:
        config = self.config
        on_own_domain = config.domain_name is not None and config.public_url is None
        closed = on_own_domain and not config.cdn
        api = apigateway.HttpApi(
            self,
            "Api",
            create_default_stage=False,
            description=f"daybook {config.stage}",
            # The site's own pages need no CORS; other origins are those that the stage names.
            cors_preflight=_cors(config.allowed_origins) if config.allowed_origins else None,
            disable_execute_api_endpoint=closed,
            ip_address_type=apigateway.IpAddressType.DUAL_STACK,
        )
        if closed:
            api.node.add_dependency(self._proof_of_domain())
        return api

    def _proof_of_domain(self) -> acm.Certificate:
        """Add a certificate that shows that the domain's zone is reached, before anything closes.

        The front's own is validated by the same record, and so at once. This one is in use nowhere,
        so that it can be replaced or removed in this stack, which is deployed first.
        """
        validation = acm.CertificateValidation.from_dns(zone_of(self, self.config))
        return acm.Certificate(
            self, "DomainProof", domain_name=self.config.domain_name or "", validation=validation
        )

    def _metric(self, name: str, statistic: str) -> cloudwatch.Metric:
        return self.api.metric(name, statistic=statistic, period=FIVE_MINUTES)

    def _failures(self) -> AlarmSpec:
        return AlarmSpec(
            name="api-5xx",
            advice="Find the failing route in the API's access log",
            metric=self._metric("5xx", "Sum"),
            threshold=5,
            severity=Severity.CRITICAL,
        )

    def _refusals(self) -> AlarmSpec:
        return AlarmSpec(
            name="api-4xx",
            advice="Find the refused route in the API's access log: an attack, or a broken page",
            metric=self._metric("4xx", "Sum"),
            threshold=1000,
        )

    def _unreachable(self) -> CompositeSpec:
        probes = AlarmSpec(
            name="site-unreachable-check",
            advice="Open the site's address; read the log of api.probe for the failing path",
            metric=self.own_metric("SiteReachable", "Minimum", FIVE_MINUTES),
            threshold=1,
            comparison=LESS_THAN,
            periods=3,
            breaching=2,
            missing=Missing.IGNORE,
        )
        # The queue's own metric has values, zeros included, as long as its function polls it: a new
        # stage has none of the six yet, while checks that never run or are never finished have all.
        silent = AlarmSpec(
            name="site-unreachable-silent",
            advice="No check of the site ended for an hour: look at the rule and at api.probe",
            metric=self.queues[PROBES.name].queue.metric_number_of_messages_deleted(
                period=TEN_MINUTES, statistic="Sum"
            ),
            threshold=1,
            comparison=LESS_THAN,
            periods=6,
            missing=Missing.IGNORE,
        )
        return CompositeSpec(
            name="site-unreachable",
            advice="The site does not answer at its address: find out which alarm is active",
            severity=Severity.CRITICAL,
            parts=(probes, silent),
        )

    def _requests(self) -> DashboardRow:
        counts = tuple(self._metric(name, "Sum") for name in ("Count", "4xx", "5xx"))
        latencies = tuple(self._metric("Latency", one) for one in ("p50", "p95", "p99"))
        return DashboardRow(
            "Are requests answered?",
            (Graph("Requests and errors", counts), Graph("Latency in ms", latencies)),
        )


def _cors(origins: tuple[str, ...]) -> apigateway.CorsPreflightOptions:
    methods = apigateway.CorsHttpMethod
    return apigateway.CorsPreflightOptions(
        allow_origins=list(origins),
        allow_methods=[methods.GET, methods.POST, methods.PATCH, methods.DELETE],
        allow_headers=["authorization", "content-type"],
        allow_credentials=True,
        max_age=Duration.hours(1),
    )
