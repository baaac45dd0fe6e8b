# Builds a test case in C. A project's Makefile names it and its sources, and includes this:
#
#   NAME = greeting
#   SOURCES = greeting.c
#   include ../cluster-tester/sdk/c/plugin.mk
#
# Tools, each to be replaced on the command line: the binding generator, the compiler, and what makes a component of a
# core module. `CC_WASM = clang --target=wasm32-wasi --sysroot=/opt/wasi-sysroot` works too.

SDK_C := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
WIT ?= $(SDK_C)/../../wit
WIT_BINDGEN ?= wit-bindgen
WASM_TOOLS ?= wasm-tools
CC_WASM ?= python3 -m ziglang cc -target wasm32-wasi
BUILD ?= build
SOURCES ?= $(NAME).c

# `reactor`: functions to be called, no `main`. Nothing of WASI is imported, unless the sources use it.
CFLAGS_WASM ?= -O3 -std=c11 -Wall -Wextra
LDFLAGS_WASM ?= -mexec-model=reactor -Wl,--strip-all

SDK_SOURCES := $(SDK_C)/cluster_tester.c $(SDK_C)/json.c $(SDK_C)/time.c
BINDINGS := $(BUILD)/bindings/test_case_plugin

$(BUILD)/$(NAME).wasm: $(BUILD)/$(NAME).core.wasm
	$(WASM_TOOLS) component new $< -o $@

$(BUILD)/$(NAME).core.wasm: $(SOURCES) $(SDK_SOURCES) $(SDK_C)/cluster_tester.h $(BINDINGS).h
	$(CC_WASM) $(CFLAGS_WASM) $(LDFLAGS_WASM) -I$(SDK_C) -I$(BUILD)/bindings \
	    $(SOURCES) $(SDK_SOURCES) $(BINDINGS).c $(BINDINGS)_component_type.o -o $@

$(BINDINGS).h: $(wildcard $(WIT)/*.wit)
	$(WIT_BINDGEN) c $(WIT) --world test-case-plugin --out-dir $(BUILD)/bindings

.PHONY: clean
clean:
	rm -rf $(BUILD)
