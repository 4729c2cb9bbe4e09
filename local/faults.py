"""The drills of all features, by alarm."""

from __future__ import annotations

from local.drills import Drill
from local.features import feature_modules

FEATURE_OF: dict[str, str] = {}
"""The feature whose drill an alarm has."""
DRILLS: dict[str, Drill] = {}
NOTIFIED_AS: dict[str, str] = {}
"""An alarm that rolls up others sends no notification: the alarm below it does."""

for _name, _module in feature_modules():
    for _alarm, _drill in getattr(_module, "DRILLS", {}).items():
        DRILLS[_alarm] = _drill
        FEATURE_OF[_alarm] = _name
        if _drill.rolls_up:
            DRILLS[_drill.rolls_up] = _drill
            FEATURE_OF[_drill.rolls_up] = _name
            NOTIFIED_AS[_drill.rolls_up] = _alarm
