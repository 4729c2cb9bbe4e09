# Each target sets up all that it needs. The variables of `up` are described in README.md.
PYTHON ?= python3
STAGE ?= dev
PREPARE = @$(PYTHON) local/prepare.py
RUN = .venv/bin/python

.PHONY: up down test check synth bootstrap deploy destroy bench lock app-secret connect-link check-connection import-token drill
up: ; $(PREPARE) && $(RUN) -m local up
down: ; @if [ -x $(RUN) ]; then $(RUN) -m local down; fi
test: ; $(PREPARE) && $(RUN) -m local test
check: ; $(PREPARE) && $(RUN) -m local check
synth: ; $(PREPARE) && $(RUN) -m local synth $(STAGE)
bootstrap: ; $(PREPARE) && $(RUN) -m local bootstrap $(STAGE)
deploy: ; $(PREPARE) && $(RUN) -m local deploy $(STAGE)
destroy: ; $(PREPARE) && $(RUN) -m local destroy $(STAGE)
bench: ; $(PREPARE) && $(RUN) -m tests.bench
lock: ; $(PREPARE) && $(RUN) -m local lock
app-secret: ; $(PREPARE) && $(RUN) -m cli app-secret $(STAGE)
connect-link: ; $(PREPARE) && $(RUN) -m cli connect-link $(STAGE)
check-connection: ; $(PREPARE) && $(RUN) -m cli check-connection $(STAGE)
import-token: ; $(PREPARE) && $(RUN) -m cli import-token $(STAGE)
drill: ; $(PREPARE) && $(RUN) -m local drill
