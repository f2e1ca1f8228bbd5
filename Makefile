# What there is to run. `make help` lists it.

.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

host := $(shell rustc -vV | sed -n 's/^host: //p')
target := $(or $(CARGO_TARGET_DIR),target)

# What is built for: this system, unless said otherwise, as in `make release for=aarch64-apple-darwin`.
for := $(host)
release := $(target)/$(for)/release

comma := ,

# On Linux the release binary is static, for containers that have no C library or another one. The flag is for the target
# only, which therefore is named: procedural macros, which are built for the host, cannot be static.
#
# Relocations in their short form take half a megabyte less. A static program applies its own, so this takes a C library that
# can read them, as glibc can from 2.36 on.
ifneq ($(findstring -linux-gnu,$(for)),)
short_relocations := $(if $(filter $(host),$(for)),$(shell getconf GNU_LIBC_VERSION 2> /dev/null | awk \
	'$$1 == "glibc" && $$2 >= 2.36 { print "-C link-arg=-Wl,-z,pack-relative-relocs" }'))
# Functions of the same code are kept once, where the linker is Rust's own. And how to unwind a panic takes a quarter less room
# where each function says once, in a register, where its frame is.
smaller := $(if $(filter x86_64-unknown-linux-gnu,$(for)),-C link-arg=-Wl$(comma)--icf=all -C force-frame-pointers=yes)
static := -C target-feature=+crt-static $(short_relocations) $(smaller)
endif

# Panics say where they happened. The folder that the crates lie in on the machine that builds, a thousand times, would say more
# than anybody wants to know. Flags that are set here go before those of a configuration of cargo, and RUSTFLAGS goes before these.
cargo_home := $(or $(CARGO_HOME),$(HOME)/.cargo)
crates = $(if $(word 2,$(cargo_home)),,$(shell ls -d $(cargo_home)/registry/src/* 2> /dev/null))
anywhere = $(foreach folder,$(crates),--remap-path-prefix $(folder)/=)

# What the provider executes while Terraform works with it, as `make profile` has recorded it. The compiler puts together what often
# runs, and makes small what hardly does. A record is of one compiler and one set of crates: with another compiler it is not used, and
# of what has changed otherwise since it was made, it has nothing to say. To inline by what is gained, as the compiler would with a
# record, takes more room than it is worth. What together comes to a thousandth of all that runs is as good as what never runs.
profile := profile/$(shell rustc --version | cut -d' ' -f2)-$(for).profdata.xz
# Neither the flags of a compiler nor make can do with a space in the path of the record.
unguided := $(or $(if $(wildcard $(profile)),,there is no $(profile)), \
	$(if $(shell command -v xz),,there is no xz to unpack $(profile)), \
	$(if $(word 2,$(abspath $(target))),there is a space in the path of $(target)))
ifeq ($(unguided),)
# Named after what is in it: cargo builds anew when that changes.
unpacked := $(abspath $(target))/$(shell cksum < $(profile) | cut -d' ' -f1).profdata
guided := -C profile-use=$(unpacked) $(addprefix -C llvm-args=-,inline-enable-cost-benefit-analysis=false \
	profile-summary-cutoff-cold=999000 inlinecold-threshold=5 inline-cold-callsite-threshold=5)
outdated := $(shell cksum < Cargo.lock | cmp -s - profile/crates || echo yes)
endif

$(if $(RUSTFLAGS),$(warning RUSTFLAGS is set: a release is then neither static nor small))
flags_of := CARGO_TARGET_$(shell echo $(for) | tr a-z- A-Z_)_RUSTFLAGS
build_with = $(flags_of)="$(strip $(static) $(anywhere) $(1))" cargo build --release --locked --target $(for)
release_build = $(call build_with,$(guided))

# A release is made for every target of this toolchain.
dist_targets := $(or $(shell rustup target list --installed 2> /dev/null),$(host))

demo := $(target)/debug/examples/demo

# The real Terraform for what follows on the line, or the end if there is none.
with_terraform = terraform=$$(scripts/find-terraform); TERRAFORM=$$terraform

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 15

.PHONY: demo
demo: release release-emulator demo-program ## run the quickstart with the real Terraform against an emulator of EKS, and judge every step
	@$(with_terraform) $(demo) quickstart $(release)/terraform-provider-eks $(release)/eks-emulator

.PHONY: tour
tour: release release-emulator demo-program ## the same for what no other provider does: adopt, replace, exclusive sets, lockout warnings
	@$(with_terraform) $(demo) tour $(release)/terraform-provider-eks $(release)/eks-emulator

.PHONY: demo-program
demo-program:
	cargo build --locked --example demo

.PHONY: docs
docs: ## write the documentation that registries show, from the code and the examples
	cargo run --quiet --locked --example docs

.PHONY: test
test: ## run every test, those with the real Terraform included
	@newest=$$(scripts/find-terraform 1.15.5 || true); $(with_terraform) TERRAFORM_NEWEST=$$newest scripts/test

.PHONY: test-matrix
test-matrix: ## run the tests with the real Terraform on every version that docs/compatibility.md speaks of, and check that page
	scripts/test-matrix

# For the page to say.
built := $(if $(unguided),without a record of what runs,with a record of what runs$(if $(outdated),$(comma) made with other crates))

.PHONY: bench
bench: release release-emulator ## measure what the provider costs, into docs/benchmarks.md; SIZES=100 measures less, PEER=path another provider too
	cargo bench --locked --profile dev --bench provider --no-run
	@$(with_terraform) BUILT="$(built)" cargo bench --quiet --locked --profile dev --bench provider -- \
		"$(abspath $(release))/terraform-provider-eks" "$(abspath $(release))/eks-emulator"
	@$(MAKE) --no-print-directory docs

# The provider that counts what it executes lies apart, and leaves its counts beside it.
counting := $(abspath $(target))/counting

.PHONY: profile
profile: release-emulator ## record what the provider executes, for make release to build by; it wants llvm-profdata
	$(call build_with,-C profile-generate=$(counting)/counts) --target-dir $(counting) --package terraform-provider-eks
	cargo bench --locked --profile dev --bench provider --no-run
	@$(with_terraform) scripts/profile $(profile) $(counting)/counts $(counting)/$(for)/release/terraform-provider-eks \
		$(abspath $(release))/eks-emulator

# The count and the seed of the random operations can be set: make soak SOAK_OPERATIONS=1000 SOAK_SEED=1
.PHONY: soak
soak: ## let faults rain: 10,000 random operations, a SIGKILL and a Ctrl-C at every call; prints the figures of docs/reliability.md
	@$(with_terraform) SOAK=1 SOAK_OPERATIONS=$(or $(SOAK_OPERATIONS),10000) \
		cargo test --locked --test it -- --nocapture --test-threads 1 faults::soak cli::kill cli::interrupt

# Each target for so many seconds. What is found lands in fuzz/artifacts, and belongs into fuzz/corpus with its fix.
FUZZ_SECONDS ?= 600
FUZZ_TARGETS ?= $(shell sed -n 's|^path = "fuzz_targets/\(.*\)\.rs"|\1|p' fuzz/Cargo.toml)

.PHONY: fuzz
fuzz: ## make up inputs for all that reads what others wrote, FUZZ_SECONDS (600) for each of FUZZ_TARGETS
	cargo fuzz --version || cargo install cargo-fuzz --locked
	@for target in $(FUZZ_TARGETS); do \
		mkdir -p $(abspath $(target))/fuzz-corpus/$$target; \
		cargo fuzz run --sanitizer none $$target $(abspath $(target))/fuzz-corpus/$$target fuzz/corpus/$$target -- \
			-max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=256 -max_len=65536 -print_final_stats=1; \
	done

.PHONY: build
build: ## build the provider for debugging
	cargo build --locked

# The crates have to be there before the folder that they lie in can be left out.
.PHONY: crates
crates:
	@cargo fetch --locked --quiet --target $(for)

ifdef unpacked
$(unpacked):
	@mkdir -p $(@D)
	@xz --decompress --stdout $(profile) > $@.unfinished
	@mv $@.unfinished $@
endif

.PHONY: release
release: crates $(unpacked) ## build the provider as it is shipped: small, and on Linux static
	$(release_build) --package terraform-provider-eks
	@$(if $(unguided),echo "larger and slower than with a record of what runs: $(unguided)")
	@$(if $(outdated),echo "the crates have changed since $(profile) was recorded: a release is slower until make profile")
	@echo "built $(release)/terraform-provider-eks"

# Apart from the provider, whose dependencies must not get the features that the emulator asks for.
.PHONY: release-emulator
release-emulator: crates $(unpacked)
	$(release_build) --package eks-emulator

.PHONY: install
install: release ## put the provider where Terraform and OpenTofu look before they ask a registry
	@scripts/install $(release)/terraform-provider-eks

.PHONY: dist
dist: ## make the files of a release, and a network mirror of them, in target/dist
	@for each in $(dist_targets); do $(MAKE) --no-print-directory release for=$$each; done
	@scripts/dist $(target)/dist $(foreach each,$(dist_targets),$(each)=$(target)/$(each)/release/terraform-provider-eks$(if $(findstring windows,$(each)),.exe))

.PHONY: messages
messages: ## print what the provider says to the tests, filled in: read it as somebody at three in the morning would
	@scripts/messages

.PHONY: access-report
access-report: release ## write who may do what on the cluster CLUSTER into access-report.html
	@$(with_terraform) scripts/access-report $(release)/terraform-provider-eks "$(CLUSTER)" access-report.html

# Apart from `make test`: they need a release, root and a browser.
outside := cargo test --locked --test outside --
gpg = $(shell command -v gpg)

.PHONY: test-dist
test-dist: dist ## test the files of a release: sums, signature, init from a mirror; as root, in an empty root folder too
	@$(if $(filter-out 0,$(shell id -u)),echo "You are not root: the tests in an empty root folder are left out.")
	@$(if $(gpg),,echo "There is no gpg: the test of the signature is left out.")
	@$(if $(unguided),echo "The size of the program is not checked: $(unguided).")
	@$(with_terraform) DIST="$(abspath $(target))/dist" PROVIDER="$(abspath $(release))/terraform-provider-eks" \
		$(outside) --skip report:: $(if $(filter-out 0,$(shell id -u)),--skip empty_root::) $(if $(gpg),,--skip signature::) \
		$(if $(unguided),--skip no_larger_than_promised)

.PHONY: test-report
test-report: ## test the page of access-report in Chromium, and take its picture
	@$(with_terraform) CHROMIUM=$$(scripts/find-chromium) $(outside) report::
	@echo "the picture is target/access-report.png; make picture has the README show it"

.PHONY: picture
picture: test-report ## have the README show the picture that test-report takes
	cp target/access-report.png docs/access-report.png

.PHONY: check
check: fmt-check clippy doc deny ## all checks of CI but the tests: format, lints, documentation, dependencies

.PHONY: fmt
fmt: ## format the code and the examples
	cargo fmt --all
	terraform=$$(scripts/find-terraform); "$$terraform" fmt -recursive examples

.PHONY: fmt-check
fmt-check:
	cargo fmt --all --check
	terraform=$$(scripts/find-terraform); "$$terraform" fmt -recursive -check -diff examples

.PHONY: clippy
clippy: ## lint every target; a warning is an error
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo clippy --locked --test outside -- -D warnings

# It is for those who work on the code, so it has everything, and public parts may point at private ones.
.PHONY: doc
doc: ## build the documentation of the code; a warning is an error
	RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" cargo doc --workspace --no-deps --document-private-items --locked

# Of another version the rules may have other names. Without optimisation it takes a minute and a half to build, and is quick enough.
deny_version := 0.20.2
cargo_deny = cargo deny --version | grep -qx "cargo-deny $(deny_version)" || \
	CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off cargo install cargo-deny --version $(deny_version) --locked

# What deny.toml makes an exception of has to be there.
.PHONY: deny
deny: ## check the dependencies: licences, sources, what is there twice, one TLS library
	$(cargo_deny)
	cargo deny --locked check -D unmatched-skip -D unnecessary-skip -D license-not-encountered bans licenses sources

.PHONY: advisories
advisories: ## look for vulnerabilities that are known in the dependencies; this one needs the network
	$(cargo_deny)
	cargo deny --locked check advisories
