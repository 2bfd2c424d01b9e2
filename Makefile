# The machine's Node only installs; everything else runs on the Node 24 that the project brings.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: run test check format bench bench-browsers bench-accounts bench-keys bench-packages bench-peer bench-store build install keyserver soak sbom audit

run: build
	@NODE_COMPILE_CACHE=node_modules/.cache/run node packages/cli/src/main.ts run

keyserver: install
	@NODE_COMPILE_CACHE=node_modules/.cache/keyserver node --max-semi-space-size=4 packages/cli/src/main.ts keyserver

# What browsers load is built again when a source is newer than the last build.
sources := $(shell find packages/protocol/src packages/runner packages/web python/src examples tools/build*.ts \
	-type f -not -path '*/dist/*' -not -path '*/node_modules/*')

build: install packages/web/dist/.built

packages/web/dist/.built: node_modules/.installed $(sources)
	@node tools/build.ts
	@touch $@

install: node_modules/.installed

node_modules/.installed: package.json package-lock.json $(wildcard packages/*/package.json)
	@sh tools/install.sh
	@touch $@

test: install
	@node tools/test.ts

check: install
	@node tools/check.ts

format: install
	@biome check --write . && eslint --fix .

bench: build
	@node bench/main.ts

bench-browsers: build
	@vitest run --project bench --silent=false --disable-console-intercept

bench-accounts: install
	@node bench/accounts.ts

bench-keys: install
	@node bench/keys.ts

bench-packages: install
	@node --expose-gc bench/packages.ts

bench-store: build
	@node bench/store.ts

bench-peer: build node_modules/.cache/peer/peer
	@node bench/peer.ts

# Go completes a copy of go.mod, and lays its thousands of checksums beside it.
node_modules/.cache/peer/peer: bench/peer/main.go bench/peer/kv.go bench/peer/go.mod
	@mkdir -p $(@D) && cp bench/peer/go.mod $(@D)
	@CGO_ENABLED=0 go build -C bench/peer -mod=mod -modfile=$(CURDIR)/$(@D)/go.mod -o $(CURDIR)/$@ .

soak: install
	@SOAK=200 node tools/test.ts soak

# What is installed on a server, for whoever keeps track of that: test-results/sbom.cdx.json.
sbom: install
	@mkdir -p test-results && npm sbom --omit=dev --sbom-format=cyclonedx --sbom-type=application > test-results/sbom.cdx.json
	@echo "test-results/sbom.cdx.json"

audit: install
	@node tools/audit.ts
