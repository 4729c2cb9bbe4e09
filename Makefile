# `make` alone prints this list. Each target first installs what it needs into the checkout.
PYTHON ?= python3
STAGE ?= dev
PREPARE = @$(PYTHON) local/prepare.py
RUN = .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help up down drill test check bench lock cost synth bootstrap deploy destroy operator redrive \
	purge rotate-cdn-key \
	app-secret connect-link check-connection import-token accounts audit

help: ## print this list
	@grep -E '^[a-z-]+: .*## ' Makefile | sed -e 's/:.*## /|/' | awk -F'|' '{ printf "  make %-17s %s\n", $$1, $$2 }'

up: ## deploy everything into an embedded AWS on this machine
	$(PREPARE) && $(RUN) -m local up
down: ## stop it and delete its data (KEEP=1 keeps the data)
	@if [ -x $(RUN) ]; then $(RUN) -m local down; fi
drill: ## cause the fault of an alarm locally (ALARM=name)
	$(PREPARE) && $(RUN) -m local drill

test: ## run all checks and tests (PYTEST="tests/guests -x" runs a part)
	$(PREPARE) && $(RUN) -m cli test
check: ## check format, lint, types and OpenAPI
	$(PREPARE) && $(RUN) -m cli check
bench: ## run the benchmarks beside their references
	$(PREPARE) && $(RUN) -m tests.bench
lock: ## lock the newest versions of all libraries
	$(PREPARE) && $(RUN) -m cli lock
cost: ## print docs/cost.md, from the cost model
	$(PREPARE) && $(RUN) -m cli cost

synth: ## write and check the templates of STAGE
	$(PREPARE) && $(RUN) -m cli synth $(STAGE)
bootstrap: ## prepare an AWS account for the CDK, once per region
	$(PREPARE) && $(RUN) -m cli bootstrap $(STAGE)
deploy: ## check, synthesise and deploy STAGE
	$(PREPARE) && $(RUN) -m cli deploy $(STAGE)
destroy: ## delete the stacks of STAGE, or PARTS="..." (CONFIRM=<stage>)
	$(PREPARE) && $(RUN) -m cli destroy $(STAGE)

operator: ## create an operator (EMAIL=...) and explain the first sign-in
	$(PREPARE) && $(RUN) -m cli operator "$(EMAIL)" $(STAGE)
redrive: ## move dead letters back into their queue (QUEUE=...)
	$(PREPARE) && $(RUN) -m cli redrive "$(QUEUE)" $(STAGE)
purge: ## delete the dead letters of a queue (QUEUE=...)
	$(PREPARE) && $(RUN) -m cli purge "$(QUEUE)" $(STAGE)
rotate-cdn-key: ## give API and CDN a new key, or the same one again
	$(PREPARE) && $(RUN) -m cli rotate-cdn-key $(STAGE)
app-secret: ## store the ids and secrets of Meta's apps
	$(PREPARE) && $(RUN) -m cli app-secret $(STAGE)
connect-link: ## print a link to connect an account (LOGIN_TYPE=...)
	$(PREPARE) && $(RUN) -m cli connect-link $(STAGE)
check-connection: ## check the connection of an account (ACCOUNT=...)
	$(PREPARE) && $(RUN) -m cli check-connection $(STAGE)
import-token: ## store a long-lived token that exists already (TABLE=...)
	$(PREPARE) && $(RUN) -m cli import-token $(STAGE)
accounts: ## list the accounts and the state of their tokens
	$(PREPARE) && $(RUN) -m cli accounts $(STAGE)
audit: ## print the history of an account's connection (ACCOUNT=...)
	$(PREPARE) && $(RUN) -m cli audit "$(ACCOUNT)" $(STAGE)
