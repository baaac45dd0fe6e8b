# What a newcomer types. Each installs what it needs.
.PHONY: demo test test-languages bench soak plugins lint

demo: plugins
	cargo build --release --locked --workspace --bins
	"$${CARGO_TARGET_DIR:-target}/release/cluster-tester" demo

test: plugins
	tests/chromium install
	tests/nginx install
	tests/parquet-reader install
	tests/registry install
	tests/ssh-server install
	cargo test --release --locked --workspace

# Plugins in JavaScript, Python and C do what those in Rust do. Node.js, Python and Cargo must be there.
test-languages: plugins
	sdk/toolchains install
	node --import ./sdk/js/node.js --test sdk/js/test/
	python3 -m unittest discover -s sdk/python/tests
	sdk/toolchains build target/languages
	LANGUAGES_DIR="$(CURDIR)/target/languages" TOOLCHAINS="$(CURDIR)/target/toolchains" cargo test --release --locked --workspace --test languages

# What is measured, and how: docs/benchmarks. `make bench ARGS=--quick` to see that it works.
bench: plugins
	tests/bench/install
	cargo bench --locked --workspace --bench '*'
	cargo build --release --locked --package bench
	cargo build --profile dist --locked --package cluster-tester
	"$${CARGO_TARGET_DIR:-target}/release/bench" --binary "$${CARGO_TARGET_DIR:-target}/dist/cluster-tester" $(ARGS)

soak: plugins
	tests/parquet-reader install
	tests/ssh-server install
	cargo test --release --locked --workspace --test soak -- --nocapture --test-threads 1
	cargo test --release --locked --package discovery -- --ignored --nocapture --test-threads 1 campaign
	cargo test --release --locked --package results --test dataset -- --ignored --nocapture --test-threads 1
	cargo test --release --locked --package monitor -- --ignored --nocapture --test-threads 1
# The command beside it has no library; with it wasmtime has the features that it was built with above.
	cargo test --release --locked --package plugin --package cluster-tester --lib -- --ignored --nocapture --test-threads 1 campaign

plugins:
	plugins/wasm-toolchain install

lint: plugins
	cargo fmt --all --check
	cargo clippy --release --locked --workspace --all-targets -- -D warnings
