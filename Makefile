# `make help` lists what there is. Everything is done by cargo and by the scripts in tests/.

SHELL := /bin/bash
CARGO ?= cargo
# Where `make install` puts things; DESTDIR is for packages.
PREFIX ?= /usr
SYSCONFDIR ?= /etc
DESTDIR ?=
INSTALL ?= install

.DEFAULT_GOAL := help
.PHONY: help demo test chaos bench asterisk asterisk-stop sounds build release fmt lint units deny audit install uninstall clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## See it work: an Asterisk, the daemon, three callers (DEMO_EXIT=1: end by itself)
	@tests/setup/prepare demo
	@tests/demo/run

test: ## All tests, on a real Asterisk too; installs what is missing first
	@tests/setup/test

chaos: ## 1,000 calls while the daemon is killed 20 times and Asterisk restarted 3 times (CHAOS_SEED=n repeats one)
	@tests/setup/prepare demo
	@tests/chaos/run

bench: ## Measure against the goals and write benches/RESULTS.md (ONLY=ivr: one of them)
	@tests/setup/prepare bench
	@ONLY='$(ONLY)' benches/run

asterisk: ## Start a private Asterisk to play with, in .cache/asterisk
	@tests/rig/asterisk status .cache/asterisk >/dev/null || tests/rig/asterisk start .cache/asterisk
	@. .cache/asterisk/env; echo "ARI       $$ARI_URL (user $$ARI_USER, password $$ARI_PASSWORD)"; \
	echo "SIP       127.0.0.1:$$SIP_PORT, UDP; dial any number, or: operators, keys, echo"; \
	echo "console   tests/rig/asterisk cli .cache/asterisk core show channels"; \
	echo "log       tests/rig/asterisk logs .cache/asterisk"; \
	echo "all       .cache/asterisk/env"; \
	echo "stop      make asterisk-stop"

asterisk-stop: ## Stop it
	@tests/rig/asterisk stop .cache/asterisk

sounds: ## Render the recorded prompts in sounds/ from their texts
	$(CARGO) run --locked --example sounds

build: ## The program, for trying: target/debug/stasisd
	$(CARGO) build --locked

release: ## The program, for use: target/release/stasisd
	$(CARGO) build --locked --release

fmt: ## Bring the sources into their form
	$(CARGO) fmt --all

lint: ## What formatter, compiler and clippy say
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --all-targets -- -D warnings

units: ## Check the systemd unit: valid, and exposed by 2.0 at most
	@tests/setup/units

deny: ## Licences, bans and sources of everything that comes from outside
	@tests/setup/deny licenses bans sources

audit: ## Known vulnerabilities (fetches the advisory database from GitHub)
	@tests/setup/deny advisories

install: ## Install what `make release` built (PREFIX=/usr, DESTDIR=)
	@PREFIX='$(PREFIX)' SYSCONFDIR='$(SYSCONFDIR)' DESTDIR='$(DESTDIR)' tests/setup/install

uninstall: ## Remove it; configuration, calls and orders stay
	@PREFIX='$(PREFIX)' SYSCONFDIR='$(SYSCONFDIR)' DESTDIR='$(DESTDIR)' tests/setup/install --remove

clean: ## Remove what was built; .cache (Asterisk, tools) stays
	$(CARGO) clean
