PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-all test-cluster bench bench-cluster nlp-eval clean
.DEFAULT_GOAL := demo

$(BIN)/.installed: setup.cfg pyproject.toml deploy/constraints.txt
	@echo "Installing into .venv (about a minute) …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --disable-pip-version-check --progress-bar off --constraint deploy/constraints.txt -e '.[test]'
	touch $@

demo: $(BIN)/.installed
	@exec $(BIN)/klepaas demo

test: $(BIN)/.installed
	@tests/install.sh
	$(BIN)/pytest -m "not slow"

test-all: $(BIN)/.installed
	@tests/install.sh
	$(BIN)/pytest

test-cluster: $(BIN)/.installed
	TEST_KUBECONFIG="$${KUBECONFIG:?names the cluster to test on}" $(BIN)/pytest tests/controller -m "not slow"

bench: $(BIN)/.installed
	@$(BIN)/python -m tests.bench $(BENCH)

bench-cluster: $(BIN)/.installed
	@$(BIN)/python -m tests.bench controller --kubeconfig "$${KUBECONFIG:?names the cluster to measure on}" --apps $(or $(APPS),100)

nlp-eval: $(BIN)/.installed
	@$(BIN)/python -m tests.nlp.evaluate $(if $(MODEL),--model $(MODEL)) $(NLP)

clean:
	rm -rf .venv .klepaas tests/output
