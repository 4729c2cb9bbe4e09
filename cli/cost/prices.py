"""Prices of us-east-1 in dollars, and what production pays for all the time.

The prices were copied by hand from AWS's price pages and not checked since PRICES_OF.
"""

from __future__ import annotations

PRICES_OF = "June 2025"
PRICE_PAGES = "https://aws.amazon.com/pricing"
GIGABYTE = 1024.0

LAMBDA_GB_SECOND, LAMBDA_REQUEST = 0.0000133334, 0.20e-6
API_REQUEST = 1.00e-6
S3_GB, S3_PUT, S3_GET = 0.023, 0.005e-3, 0.0004e-3
TRANSFER_GB, TRANSFER_FREE_GB = 0.09, 100.0
DYNAMO_WRITE, DYNAMO_READ, DYNAMO_GB = 0.625e-6, 0.125e-6, 0.25
QUEUE_REQUEST = 0.40e-6
EVENT = 1.00e-6
STATE_TRANSITION, SCHEDULE = 25.0e-6, 1.00e-6
KMS_KEY, KMS_REQUEST = 1.00, 0.03e-4
SECRET, SECRET_READ = 0.40, 0.05e-4
ALARM, COMPOSITE, METRIC, LOG_GB, TRACE = 0.10, 0.50, 0.30, 0.50, 5.0e-6
FREE_TRACES = 100_000
# A gigabyte of a SnapStart snapshot is paid for while its version exists, and for each restore.
SNAPSHOT_GB_SECOND, RESTORE_GB, MONTH_SECONDS = 0.0000015046, 0.0001397998, 30 * 86_400
CDN_GB, CDN_FREE_GB, CDN_REQUEST, CDN_FREE_REQUESTS = 0.085, 1024.0, 1.00e-6, 10e6
FIREWALL, FIREWALL_RULE, FIREWALL_REQUEST = 5.00, 1.00, 0.60e-6

# What production's templates contain; a test counts them.
ALARMS, COMPOSITES, KEYS, SECRETS = 83, 12, 4, 3
METRICS = 42
# Gigabytes of the functions that start from a snapshot.
SNAPSHOTS = 3.5
# What a CDN adds to them; a test counts these too.
FIREWALL_RULES, CDN_KEYS, CDN_ALARMS = 5, 1, 2
# In a region other than us-east-1 also the key of the second topic.
CDN_KEYS_ABROAD = 1
