# What a newcomer types. Each installs what it needs.
.PHONY: demo test bench soak plugins lint

demo: plugins
	cargo build --release --locked --workspace --bins
	"$${CARGO_TARGET_DIR:-target}/release/cluster-tester" demo

test: plugins
	tests/parquet-reader install
	cargo test --release --locked --workspace

bench: plugins
	cargo bench --locked --workspace --bench boundary

soak: plugins
	cargo test --release --locked --workspace --test soak -- --nocapture --test-threads 1

plugins:
	plugins/wasm-toolchain install

lint: plugins
	cargo fmt --all --check
	cargo clippy --release --locked --workspace --all-targets -- -D warnings
