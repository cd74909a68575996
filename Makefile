# gputally: 'make demo' shows it on a simulated fleet, 'make test' builds and runs all tests.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

CONFIGURATION ?= release
PREFIX ?= /usr/local
BIN := .build/$(CONFIGURATION)/gputally
BUILD := swift build -c $(CONFIGURATION) --explicit-target-dependency-import-check error
LIBRARIES := libsqlite3-dev libcurl4-openssl-dev zlib1g-dev
SERVICES := prometheus
TEST_TOOLS := openssl apache2-utils

# Installs the Debian packages named in $(1) that are missing; without root it says which.
define install
	@missing=""; for package in $(1); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "== installing$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then sudo=""; elif command -v sudo >/dev/null; then sudo=sudo; else \
	    echo "these Debian packages are missing and this user can't install them:$$missing" >&2; exit 1; fi; \
	  $$sudo apt-get update -qq; \
	  $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi
endef

.PHONY: help demo test build lint install-libraries install clean

help:
	@echo "make demo     build, simulate a fleet, collect, price and report it"
	@echo "make test     install what the tests need, build, run all tests"
	@echo "make build    build $(BIN)"
	@echo "make lint     check the formatting"
	@echo "make install  copy program, queries and exports to PREFIX ($(PREFIX))"

install-libraries:
	$(call install,$(LIBRARIES))

build: install-libraries
	@echo "== building gputally for $(CONFIGURATION) (some minutes the first time)"
	@$(BUILD) --product gputally

lint:
	@echo "== checking the formatting"
	@swift format lint --strict -r Package.swift Sources Tests

test: install-libraries
	$(call install,$(SERVICES) $(TEST_TOOLS))
	@$(MAKE) --no-print-directory lint
	@echo "== building gputally and its tests for $(CONFIGURATION) (some minutes the first time)"
	@$(BUILD) --build-tests
	@echo "== running the tests"
	@swift test -c $(CONFIGURATION) --skip-build --disable-xctest $(TESTFLAGS)

install: build
	install -D $(BIN) $(DESTDIR)$(PREFIX)/bin/gputally
	install -d $(DESTDIR)$(PREFIX)/share/gputally/queries $(DESTDIR)$(PREFIX)/share/gputally/exports
	install -m 644 queries/*.sql $(DESTDIR)$(PREFIX)/share/gputally/queries
	install -m 644 exports/*.yaml $(DESTDIR)$(PREFIX)/share/gputally/exports

clean:
	rm -rf .build demo
