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
TEST_TOOLS := victoria-metrics openssl apache2-utils \
  munge mariadb-server slurmctld slurmd slurmdbd slurmrestd slurm-client

# Where 'make demo' puts everything, and the loopback ports that it uses.
DEMO := demo
DEMO_PROMETHEUS := 127.0.0.1:39090
DEMO_FLEET_PORT := 39400

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

# Checks exports in the form of FOCUS; the tests that need it are left out where it can't be had.
FOCUS_VALIDATOR := .build/focus-validator

# Speaks S3's protocol; the tests that need it are left out where it can't be had.
MOTO := .build/moto

# A real Keystone and Nova, and VMware's client; the tests that need them are left out where they
# can't be had.
PLATFORMS := .build/platforms

# What 'make bench' measures, and what it is measured with.
DAYS ?= 7
BENCH_FLAGS ?=
BENCH_ENVIRONMENT := .build/bench-venv
BENCH_PYTHON := $(BENCH_ENVIRONMENT)/bin/python
COMPARE := $(BENCH_PYTHON) Tests/Benchmarks/compare.py
# The size of 'make bench-check': what thresholds.json was recorded with.
CHECK_SIZE := --days 4 --hosts 50 --month-days 4 --subset-hosts 4 --collect-hosts 4

# How long 'make fuzz' feeds each reader, and which ones: all where none is named.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?=

.PHONY: help demo test fuzz bench bench-check bench-tools focus-validator moto platforms build lint install-libraries install clean

help:
	@echo "make demo     build, simulate a fleet, collect, price and report it"
	@echo "make test     install what the tests need, build, run all tests"
	@echo "make bench    measure DAYS=$(DAYS) of 1,600 GPUs against DuckDB, Parquet, VictoriaMetrics, Prometheus"
	@echo "make bench-check"
	@echo "              the same in small; fails where it is worse than Tests/Benchmarks/thresholds.json"
	@echo "make fuzz     feed each reader of outside text with FUZZ_SECONDS=$(FUZZ_SECONDS) of made-up input;"
	@echo "              FUZZ_TARGETS=\"sacct bookings\" names some"
	@echo "make build    build $(BIN)"
	@echo "make lint     check the formatting"
	@echo "make install  copy program, queries and exports to PREFIX ($(PREFIX))"

install-libraries:
	$(call install,$(LIBRARIES))

build: install-libraries
	@echo "== building gputally for $(CONFIGURATION) (some minutes the first time)"
	@$(BUILD) --product gputally

demo: install-libraries
	$(call install,$(SERVICES) curl)
	@$(MAKE) --no-print-directory build
	@rm -rf $(DEMO); mkdir -p $(DEMO)
	@echo "== simulating a fleet of 64 GPUs: yesterday, as a Prometheus would have stored it"
	@$(BIN) simulate --openmetrics $(DEMO)/fleet.txt --truth $(DEMO)/truth.csv \
	  --write-config $(DEMO)/gputally.yaml --url http://$(DEMO_PROMETHEUS) \
	  --live-url http://127.0.0.1:$(DEMO_FLEET_PORT)
	@promtool tsdb create-blocks-from openmetrics --max-block-duration=24h \
	  $(DEMO)/fleet.txt $(DEMO)/data >$(DEMO)/promtool.log
	@rm $(DEMO)/fleet.txt
	@printf '%s\n' 'scrape_configs:' '- job_name: dcgm-exporter' '  scrape_interval: 5s' \
	  '  metrics_path: /hosts/gpu001/metrics' '  static_configs: [{targets: ["127.0.0.1:$(DEMO_FLEET_PORT)"]}]' \
	  >$(DEMO)/prometheus.yml
	@echo "== starting the fleet's exporters on port $(DEMO_FLEET_PORT), and a Prometheus on $(DEMO_PROMETHEUS)"
	@trap 'kill $$fleet $$prometheus 2>/dev/null; wait 2>/dev/null' EXIT; \
	$(BIN) simulate --serve $(DEMO_FLEET_PORT) >$(DEMO)/fleet.log 2>&1 & fleet=$$!; \
	prometheus --config.file=$(DEMO)/prometheus.yml --storage.tsdb.path=$(DEMO)/data \
	  --storage.tsdb.retention.time=20y --web.listen-address=$(DEMO_PROMETHEUS) \
	  >$(DEMO)/prometheus.log 2>&1 & prometheus=$$!; \
	for try in $$(seq 150); do curl -sf $(DEMO_PROMETHEUS)/-/ready >/dev/null && break; sleep 0.2; done; \
	curl -sf $(DEMO_PROMETHEUS)/-/ready >/dev/null || { echo "Prometheus did not start; see $(DEMO)/prometheus.log" >&2; exit 1; }; \
	run() { echo; echo "== gputally $$*"; $(BIN) --config $(DEMO)/gputally.yaml "$$@" || [ $$? = 2 ]; }; \
	run check; \
	run run; \
	run report states --period yesterday; \
	run report chargeback --period yesterday; \
	run report idle-allocations --period yesterday | sed -n 1,20p; \
	run report utilization --period yesterday --by host; \
	run export chargeback --period yesterday; \
	run export idle-allocations --period yesterday; \
	run verify; \
	run status; \
	echo; echo "== everything is in $(DEMO)/: the store, the CSV files in $(DEMO)/out, the fleet's own account in $(DEMO)/truth.csv"

lint:
	@echo "== checking the formatting"
	@swift format lint --strict -r Package.swift Sources Tests

# It asks for Python 3.12, but for one expression that 3.11 can't read.
focus-validator:
	$(call install,python3-venv)
	@test -e $(FOCUS_VALIDATOR)/ready || { \
	  echo "== installing focus-validator into $(FOCUS_VALIDATOR) (half a minute, 630 MB)"; \
	  rm -rf $(FOCUS_VALIDATOR) && python3 -m venv $(FOCUS_VALIDATOR) \
	  && $(FOCUS_VALIDATOR)/bin/python -m pip install --quiet --disable-pip-version-check \
	    --ignore-requires-python --timeout 20 --retries 2 -r Tests/FocusValidator/requirements.txt \
	  && sed -i "s/k\.replace('\\\\\"', '\\\\\"\\\\\"')/k.replace(chr(34), chr(34) * 2)/" \
	    $(FOCUS_VALIDATOR)/lib/python3*/site-packages/focus_validator/config_objects/focus_to_duckdb_converter.py \
	  && touch $(FOCUS_VALIDATOR)/ready; } \
	  || echo "focus-validator can't be installed; the tests that need it are left out" >&2

moto:
	$(call install,python3-venv)
	@command -v moto_server >/dev/null || test -e $(MOTO)/ready || { \
	  echo "== installing moto into $(MOTO) (half a minute)"; \
	  rm -rf $(MOTO) && python3 -m venv $(MOTO) \
	  && $(MOTO)/bin/python -m pip install --quiet --disable-pip-version-check \
	    --timeout 20 --retries 2 -r Tests/Moto/requirements.txt \
	  && touch $(MOTO)/ready; } \
	  || echo "moto can't be installed; the tests that need it are left out" >&2

platforms:
	$(call install,python3-venv)
	@test -e $(PLATFORMS)/ready || { \
	  echo "== installing Keystone, Nova and pyvmomi into $(PLATFORMS) (some minutes, 500 MB)"; \
	  rm -rf $(PLATFORMS) && python3 -m venv $(PLATFORMS) \
	  && $(PLATFORMS)/bin/python -m pip install --quiet --disable-pip-version-check \
	    --timeout 20 --retries 2 -r Tests/Platforms/requirements.txt \
	  && $(PLATFORMS)/bin/python -W ignore Tests/Platforms/cloud.py prepare $(PLATFORMS)/template \
	  && touch $(PLATFORMS)/ready; } \
	  || echo "Keystone, Nova and pyvmomi can't be installed; the tests that need them are left out" >&2

test: install-libraries focus-validator moto platforms
	$(call install,$(SERVICES) $(TEST_TOOLS))
	@$(MAKE) --no-print-directory lint
	@echo "== building gputally and its tests for $(CONFIGURATION) (some minutes the first time)"
	@$(BUILD) --build-tests
	@echo "== running the tests"
	@swift test -c $(CONFIGURATION) --skip-build --disable-xctest $(TESTFLAGS)

bench-tools: install-libraries
	$(call install,$(SERVICES) victoria-metrics curl python3-venv)
	@echo "== building gputally and gputally-bench (some minutes the first time)"
	@swift build -c release --product gputally
	@swift build -c release --product gputally-bench
	@test -x $(BENCH_PYTHON) || { echo "== installing DuckDB, NumPy and PyArrow into $(BENCH_ENVIRONMENT)"; \
	  python3 -m venv $(BENCH_ENVIRONMENT); }
	@$(BENCH_PYTHON) -m pip install --quiet --disable-pip-version-check -r Tests/Benchmarks/requirements.txt

bench: bench-tools
	@$(COMPARE) --days $(DAYS) $(BENCH_FLAGS)
	@.build/release/gputally-bench micro

bench-check: bench-tools
	@$(COMPARE) $(CHECK_SIZE) --thresholds Tests/Benchmarks/thresholds.json $(BENCH_FLAGS)

fuzz: install-libraries
	@Tests/Fuzz/run.sh $(FUZZ_SECONDS) $(FUZZ_TARGETS)

install: build
	install -D $(BIN) $(DESTDIR)$(PREFIX)/bin/gputally
	install -d $(DESTDIR)$(PREFIX)/share/gputally/queries/parts $(DESTDIR)$(PREFIX)/share/gputally/exports
	install -m 644 queries/*.sql $(DESTDIR)$(PREFIX)/share/gputally/queries
	install -m 644 queries/parts/*.sql $(DESTDIR)$(PREFIX)/share/gputally/queries/parts
	install -m 644 exports/*.yaml $(DESTDIR)$(PREFIX)/share/gputally/exports

clean:
	rm -rf .build demo
