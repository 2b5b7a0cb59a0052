# Everything that is done with this project, on a machine that has Python 3.11 or newer, make and git.

PYTHON ?= python3
BIN = .venv/bin
CASES = 1000000
FUZZ_MINUTES ?= 10
ROWS ?= 1000000 10000000
# What is locked is installed as it stands: pip resolves nothing, and `pip check` says whether anything is missing.
INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check --no-deps
COMPILE = uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-strip-extras

.PHONY: app test node mutate fuzz check format review sums bench bench-api bench-app bench-register spark cases conformance notebook screenshots docs dist lock clean

app: .venv/runtime            ## Set everything up and open the calculator
	$(BIN)/rif-threshold app

test: .venv/dev               ## Set everything up and pass the tests
	$(BIN)/pytest -n auto --dist loadfile --cov --cov-report=term $(TESTS)

node: tests/r4/node_modules   ## Install the validators that check the FHIR export in `make test` (needs Node and npm)

mutate: .venv/dev             ## Break each deciding line, and see that a test notices (MODULE=rules for one module)
	nice -n 10 $(BIN)/python scripts/mutate.py $(MODULE)

fuzz: .venv/dev               ## Hand over inputs at random for FUZZ_MINUTES, and stop at the first that is not refused in words
	end=$$(( $$(date +%s) + 60 * $(FUZZ_MINUTES) )); while test $$(date +%s) -lt $$end; do \
	  $(BIN)/pytest -q -x --hypothesis-profile=fuzz tests/test_fuzz*.py || exit 1; done

check: .venv/dev              ## Format, lint, types, import law, checksums, generated documents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd tables && sha256sum --quiet -c SHA256SUMS
	$(BIN)/rif-threshold tables verify
	$(BIN)/python scripts/generate.py --check

format: .venv/dev             ## Put the code into the house's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

review: .venv/dev             ## What a catalogue lacks, and ten couples side by side with English: make review LANGUAGE=fa
	$(BIN)/python scripts/review.py $(LANGUAGE)

sums:                         ## Write tables/SHA256SUMS anew, after a table was changed on purpose
	cd tables && find . -type f ! -name SHA256SUMS | sed 's|^\./||' | LC_ALL=C sort | xargs sha256sum > SHA256SUMS

bench: .venv/dev              ## Speed of library and command line, as ratios
	$(BIN)/python bench/bench.py

bench-register: .venv/dev     ## A register of ROWS transfers, as ratios to a plain copy (needs `pip install polars`)
	$(BIN)/python bench/bench_register.py $(ROWS)

spark: .venv/dev              ## Hold a million transfers on a Spark cluster against DuckDB, row by row (needs Java)
	RIF_THRESHOLD_SPARK_COUPLES=310000 $(BIN)/pytest -q tests/test_register_cluster.py

bench-app: .venv/dev          ## Speed of the page, driven by websocket on a real server
	$(BIN)/python bench/bench_app.py

bench-api: .venv/dev          ## Speed of the API, beside a plain route that sends the same body back
	$(BIN)/python bench/bench_api.py

cases: .venv/dev              ## Hold many made histories against counting in fractions: make cases CASES=20000
	$(BIN)/python bench/cases.py $(CASES)

conformance:                  ## Make the conformance pack anew, by the independent calculation alone
	$(PYTHON) -S scripts/conformance.py

notebook: .venv/dev           ## Run the example notebook anew, and write it with what comes out
	$(BIN)/python scripts/notebook.py

screenshots: .venv/dev        ## Take the pictures in the README anew, in Chromium
	$(BIN)/python scripts/screenshots.py

docs: .venv/dev               ## Write the generated parts of the documents anew
	$(BIN)/python scripts/generate.py

dist: .venv/dev               ## Build dist/*.whl and dist/*.tar.gz
	$(BIN)/hatchling build

lock: .venv/dev               ## Resolve the dependencies anew (needs uv)
	$(COMPILE) --extra app --group build pyproject.toml -o requirements.lock
	$(COMPILE) --extra api --group build --constraints requirements.lock pyproject.toml -o requirements-api.lock
	$(COMPILE) --all-extras --group dev --constraints requirements.lock --constraints requirements-api.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv tests/r4/node_modules .artifacts mutants .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

.venv/runtime: requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed')"
	test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-build-isolation -e .
	$(BIN)/pip check
	touch $@

.venv/dev: .venv/runtime requirements-dev.lock
	$(INSTALL) --require-hashes -r requirements-dev.lock
	$(BIN)/pip check
	touch $@

tests/r4/node_modules: tests/r4/package-lock.json
	npm ci --prefix tests/r4 --ignore-scripts --no-audit --no-fund
	touch $@
