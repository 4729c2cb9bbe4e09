"""Start the patched MiniStack: `python -m local.aws`.

Ports and directories are set by MiniStack's own environment variables.
"""

from __future__ import annotations

from ministack.app import main

from local.aws import addresses, cdn, gaps, mails, metrics, persistence, unpacked

gaps.return_arn_for_secret_ref()
gaps.deploy_composite_alarms()
gaps.separate_cookies_from_headers()
gaps.treat_loopback_as_tls()
gaps.authorize_batches_as_single_actions()
gaps.deploy_firewall_logs()
gaps.name_versions_in_object_events()
gaps.authorize_schedules_in_their_group()
mails.authorize_mails_by_their_sender()
addresses.append_callers_to_forwarded_addresses()
gaps.record_used_permissions()
metrics.count_queue_invocations()
metrics.count_api_requests()
metrics.extract_log_metrics()
metrics.start_alarm_evaluation()
cdn.serve_sites_by_path()
cdn.route_origins_to_apis()
cdn.list_no_conflicting_aliases()
unpacked.share_packages()
persistence.state_survives_a_kill()
main()
