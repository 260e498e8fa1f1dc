# The commands that never change: run, test, lint, bench, docs, lock.
PYTHON ?= python3
BIN := .venv/bin
N ?=
OUT ?= out/network$(if $(N),-$(N))
SERVE ?= 1

.PHONY: run run-press test test-postgresql browser lint lock docs clean bench bench-press lock-bench \
	bench-sharing bench-resolution bench-formation bench-network bench-network-search \
	soak soak-resolution soak-press soak-network

# The whole story, then the application that it left behind; SERVE=0 ends instead.
run: .venv/installed
	MOYEORA_HOME=$(OUT) $(BIN)/python examples/story/run.py $(if $(N),--households $(N))
	$(if $(filter 0,$(SERVE)),,MOYEORA_HOME=$(OUT) $(BIN)/moyeora serve)

# The press alone: the mailing of the same department store, without the application.
run-press: .venv/installed
	$(BIN)/python examples/department-store/run.py $(if $(N),--households $(N)) --out out/department-store

# Every test, on SQLite; then on a real PostgreSQL those of the application that a database can change.
# `make test-postgresql ONCE=` tries all of them there.
ONCE := $(addprefix --ignore=tests/network/,permissions test_pages_in_a_browser.py \
	test_the_api_keeps_its_word.py test_docs.py test_every_tampering_is_found.py test_serve.py \
	test_pages_ask_little.py test_two_firms_learn_nothing.py)
test: .venv/installed browser
	$(BIN)/python -m pytest -n 2
	$(MAKE) test-postgresql

test-postgresql: .venv/installed
	$(BIN)/python -m tests.network.on_postgresql $(BIN)/python -m pytest -n 2 tests/network $(ONCE)

# The browser that the pages are tried in, where it is missing and may be installed; else those
# tests are skipped, and say so.
browser:
	@command -v chromium chromium-browser google-chrome >/dev/null \
		|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
			&& apt-get update -qq && apt-get install -y -qq --no-install-recommends \
				chromium fonts-noto-cjk >/dev/null; } \
		|| echo "No Chromium: the tests of the pages in a browser will be skipped."

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install -q uv
	.venv-lock/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make lock' -p 3.11 pyproject.toml build.in --all-extras --group dev -o requirements.lock
	rm -rf .venv-lock

# One environment with everything locked and hashed; made anew when the lock changes.
.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	touch $@

clean:
	rm -rf .venv out

# Every room, one after the other: about half an hour.
bench: bench-press bench-sharing bench-resolution bench-formation

# The press against its floors, aims and peers; ARGS="--millions --peers typst" and the like.
bench-press: .venv/benches
	$(BIN)/python -m benchmarks.press.bench $(ARGS)

.venv/benches: benchmarks/requirements.lock .venv/installed
	$(BIN)/python -m pip install -q --require-hashes -r benchmarks/requirements.lock
	touch $@

# The peers have a lock of their own, so that only who measures installs them.
lock-bench:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install -q uv
	.venv-lock/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make lock-bench' -p 3.11 --group bench -c requirements.lock -o benchmarks/requirements.lock
	rm -rf .venv-lock

# The pictures of the pages, drawn anew by walking through them.
docs: .venv/installed
	$(BIN)/python docs/pages.py
	$(BIN)/python docs/network_pages.py

# The room `sharing`: its numbers, and a million random statements in chains.
SOAK ?= 1000000

bench-sharing: .venv/installed
	$(BIN)/python benchmarks/sharing.py

soak: .venv/installed
	cd tests && ../$(BIN)/python -m sharing.soak $(SOAK)

# Once before a release: every random case ends in time, checker and simulator agree.
soak-resolution: .venv/installed
	$(BIN)/python -m tests.resolution.soak 100000 1000

bench-resolution: .venv/installed
	$(BIN)/python -m benchmarks.resolution

# Consortia: proof, time and memory against peers; and partner recommendation on real consortia.
bench-formation: .venv/installed
	$(BIN)/python -m benchmarks.formation
	$(BIN)/python -m benchmarks.recommendation

# Searching members: a million made-up firms on PostgreSQL, 780 on both databases (some 20 minutes).
bench-network-search: .venv/installed
	$(BIN)/python -m benchmarks.network_search $(ARGS)

# Fifty users click through the demonstration network; ARGS="--users 50 --seconds 60".
bench-network: .venv/installed
	$(BIN)/python -m benchmarks.network_pages $(ARGS)

# Once before a release: 200 kills of a run with two workers, each gone on with to the same bytes.
soak-press: .venv/installed
	$(BIN)/python tests/press/soak.py 200

# Once before a release: fifty kills of a worker that divides receipts, and of one that prints.
soak-network: .venv/installed
	KILLS=50 $(BIN)/python -m pytest tests/network/test_killed_while_settling.py
