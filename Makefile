# The machine's Node only installs; everything else runs on the Node 24 that the project brings.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: run test check format bench build install keyserver soak

run: build
	@node packages/cli/src/main.ts serve

keyserver: install
	@NODE_COMPILE_CACHE=node_modules/.cache/keyserver node packages/cli/src/main.ts keyserver

build: install
	@node tools/build.ts

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

bench-keys: install
	@node bench/keys.ts

soak: install
	@SOAK=200 node tools/test.ts soak
