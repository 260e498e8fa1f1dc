# The commands that never change: run, test, lint, bench, docs, lock.
PYTHON ?= python3
BIN := .venv/bin
N ?=
OUT ?= out/department-store

.PHONY: run test lint bench bench-press docs lock clean

run: .venv/installed
	$(BIN)/python -m examples.department-store.run $(if $(N),--households $(N)) --out $(OUT)

test: .venv/installed
	$(BIN)/python -m pytest -n 2

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

# Consortia: proof, time and memory against peers; and partner recommendation on real consortia.
.PHONY: bench-formation
bench-formation: .venv/installed
	$(BIN)/python -m benchmarks.formation
	$(BIN)/python -m benchmarks.recommendation
