"""Start MiniStack with its gaps closed: `python -m local.aws`.

Ports and directories come from MiniStack's own environment variables.
"""

from __future__ import annotations

from ministack.app import main

from local.aws import cdn, gaps, metrics, persistence

gaps.secret_ref_is_an_arn()
gaps.composite_alarms_deploy()
gaps.cookies_are_apart()
gaps.loopback_counts_as_tls()
gaps.batches_of_messages_need_the_single_right()
gaps.firewall_logs_deploy()
gaps.used_permissions_are_written_down()
metrics.invocations_by_queues_are_counted()
metrics.requests_of_apis_are_counted()
metrics.log_lines_become_metrics()
metrics.alarms_are_evaluated()
cdn.sites_have_a_path()
cdn.origins_reach_apis()
persistence.state_survives_a_kill()
main()
