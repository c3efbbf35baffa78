# Every target works on any machine with Node: Hardhat needs Node 22.18 or newer, and where the installed one is older,
# commands run under a Node 24 that npx fetches once and keeps.
NODE_OK := $(shell node -e 'process.exit(process.features.typescript ? 0 : 1)' 2>/dev/null && echo yes)
RUN     := $(if $(NODE_OK),sh -c,npx -y -p node@24 -c)

INSTALLED := node_modules/.installed
SCENARIO  ?= black-thursday
ARGS      ?= --help
NETWORK   ?=
# What is deployed to a live chain is the production build; a local chain gets the daily one, which compiles in less time.
BUILD     ?= $(if $(filter-out localhost,$(NETWORK)),--config hardhat.production.config.ts --build-profile production)
GOVERN     = NETWORK='$(NETWORK)' $(RUN) 'node_modules/.bin/hardhat run --no-compile scripts/governance/commands
COMMAND    = NETWORK='$(NETWORK)' $(RUN) 'node_modules/.bin/hardhat $(BUILD) run

MAKEFLAGS     += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help install build start test test-unit test-integration test-solidity test-fork invariants bench bench-fork gas snapshot coverage \
        lint format hardhat node deploy verify-deployment roles propose simulate sign execute keeper bench-keeper rehearse package clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(INSTALLED) ## Install what package-lock.json names (only when it changed)

$(INSTALLED): package.json package-lock.json .npmrc
	@$(RUN) 'npm ci'
	@touch $@

build: install ## Compile the contracts and generate their TypeScript types
	@$(RUN) 'npm run --silent build'

start: build ## Replay a historic crash against the contracts (SCENARIO=black-thursday)
	@SCENARIO='$(SCENARIO)' $(RUN) 'npm run --silent replay'

test: install ## Run every check and every test; the last line is "N passed, N failed"
	@$(RUN) 'npm run --silent test'

test-unit: install ## Run the unit tests only
	@$(RUN) 'npm run --silent test:unit'

test-integration: install ## Run the integration tests only
	@$(RUN) 'npm run --silent test:integration'

test-solidity: install ## Run the fuzz and invariant tests only
	@$(RUN) 'npm run --silent test:solidity'

test-fork: install ## Run the tests on a fork of mainnet (MAINNET_RPC_URL=..., FORK_BLOCK=...)
	@$(RUN) 'npm run --silent test:fork'

invariants: install ## Run the invariant tests as a deep campaign (FUZZ_SEED=0x... replays another seed)
	@$(RUN) 'npm run --silent invariants'

bench: install ## Measure gas beside Morpho Blue and Aave v3, write docs/performance.md (ONLY="borrow; repay": just these)
	@ONLY='$(ONLY)' $(RUN) 'npm run --silent $(if $(ONLY),bench:some,bench)'

bench-fork: build ## Measure what reading mainnet's own price feed costs, on a fork
	@$(RUN) 'npm run --silent bench:fork'

gas: bench ## The same: what every action costs, margin vault included

snapshot: install ## Write anew the gas and code sizes that "make test" compares with
	@$(RUN) 'npm run --silent snapshot'

propose: build ## Write a change as batches for a Safe (NETWORK=..., CHANGE="pause dilution" or FILE=...)
	@$(GOVERN)/propose.ts'

simulate: build ## Try a proposal on a copy of its chain (NETWORK=..., FOLDER=...)
	@$(GOVERN)/simulate.ts'

sign: build ## Sign a batch as an owner of its Safe, offline (FOLDER=..., BATCH=1, KEYSTORE=key.json)
	@$(GOVERN)/sign.ts'

execute: build ## Send a signed batch through its Safe (NETWORK=..., FOLDER=..., BATCH=1)
	@$(GOVERN)/execute.ts'

coverage: install ## Measure line coverage of contracts/ and fail below 95 %
	@$(RUN) 'npm run --silent coverage'

keeper: install ## Run the liquidation and write-off bot (NETWORK=name, ARGS="--once --dry-run --json")
	@NETWORK='$(NETWORK)' $(RUN) 'npm run --silent keeper -- $(if $(filter-out --help,$(ARGS)),$(ARGS))'

bench-keeper: build ## Measure the bot with 10,000 positions; writes reports/keeper.json
	@$(RUN) 'npm run --silent bench:keeper'

rehearse: build ## Try on a copy of a chain what writing positions off would be like (RPC=url, TOP=5, POSITIONS=...)
	@RPC='$(RPC)' TOP='$(or $(TOP),5)' $(if $(POSITIONS),POSITIONS='$(POSITIONS)') $(RUN) 'npm run --silent rehearse'

lint: build ## Lint Solidity and TypeScript and check types
	@$(RUN) 'npm run --silent lint'

format: install ## Rewrite all files in the project's format
	@$(RUN) 'npm run --silent format'

hardhat: install ## Run any Hardhat task (ARGS="test mocha test/unit/vault.test.ts")
	@$(RUN) 'node_modules/.bin/hardhat $(ARGS)'

node: install ## Run a local chain on port 8545
	@$(RUN) 'node_modules/.bin/hardhat node'

deploy: install ## Deploy (NETWORK=localhost, sepolia, base-sepolia, arbitrum-sepolia, op-sepolia)
	@$(COMMAND) scripts/deployment/main-deploy.ts'

verify-deployment: install ## Compare a chain with deploy/addresses and prepare source verification (NETWORK=...)
	@$(COMMAND) scripts/deployment/main-verify.ts'

roles: install ## Print every role, who holds it, and the worst they could do (NETWORK=... reads the chain)
	@$(COMMAND) scripts/deployment/main-roles.ts'

package: build ## Pack what integrators install (plimsoll-<version>.tgz)
	@$(RUN) 'npm run --silent package:build && npm pack --ignore-scripts --silent'

clean: install ## Delete what builds, tests and reports wrote
	@$(RUN) 'npm run --silent clean'
	@rm -rf artifacts cache coverage dist reports types/ethers-contracts
