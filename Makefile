# The machine's Node only installs; everything else runs on the Node 24 that the project brings.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: run test check format bench bench-browsers bench-accounts bench-keys bench-store build install keyserver soak

run: build
	@NODE_COMPILE_CACHE=node_modules/.cache/run node --max-semi-space-size=4 packages/cli/src/main.ts run

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

bench-store: build
	@node bench/store.ts

soak: install
	@SOAK=200 node tools/test.ts soak
