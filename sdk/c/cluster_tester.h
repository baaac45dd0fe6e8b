// Writes Cluster Tester test cases in C: short names for the generated bindings, the exports, and what a test case needs.
//
// A test case defines `ct_about`, `ct_build` and `ct_read`. cluster_tester.c makes the exports of them, and frees what the
// host hands over (in the component model the callee owns its arguments). What a test case returns is freed after it was
// taken; so all text in it must come from `ct_text`, `ct_format` or malloc.
#ifndef CLUSTER_TESTER_H
#define CLUSTER_TESTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "test_case_plugin.h"

typedef test_case_plugin_string_t ct_text_t;
typedef test_case_plugin_list_u8_t ct_bytes_t;
typedef exports_cluster_tester_plugin_test_case_fault_t ct_fault_t;
typedef exports_cluster_tester_plugin_test_case_context_t ct_context_t;
typedef exports_cluster_tester_plugin_test_case_request_t ct_request_t;
typedef exports_cluster_tester_plugin_test_case_header_t ct_header_t;
typedef exports_cluster_tester_plugin_test_case_response_t ct_response_t;
typedef exports_cluster_tester_plugin_test_case_outcome_t ct_outcome_t;
typedef exports_cluster_tester_plugin_test_case_verdict_t ct_verdict_t;
typedef exports_cluster_tester_plugin_test_case_step_t ct_step_t;

// A metric that outcomes may carry.
typedef struct {
    const char *name; // Lower case with dashes.
    const char *unit; // `ms`, `bytes`, `1`, …
    bool is_gauge;    // Mean and percentiles count; else the sum.
} ct_metric_t;

// What a test case says of itself. Lists end with a null pointer; a list that is not there is empty.
typedef struct {
    const char *name;
    const char *version;
    const char *description;
    const char *options_schema;            // JSON Schema of an object; null: no options.
    uint32_t min_recommended_load;         // 0 is taken for 1.
    uint32_t body_limit;                   // Bytes of a body that `ct_read` gets.
    const char *const *response_headers;   // In lower case.
    const char *const *failure_reasons;
    const ct_metric_t *metrics;            // Ends with a null name.
} ct_about_t;

// ---- What a test case defines. Functions return false after `ct_fail` or `ct_refuse`.

extern const ct_about_t ct_about;

// Takes the options, a JSON object. Optional: without it there is nothing to configure.
bool ct_configure(ct_text_t options, ct_fault_t *fault);

// Builds the first (mostly the only) request of an iteration. `request` is a GET without path, headers or body.
bool ct_build(const ct_context_t *context, ct_request_t *request, ct_fault_t *fault);

// Reads a response. `state` is what the step before left, empty after `ct_build`. `verdict` is a success; change
// `verdict->val.done`, or call `ct_next`.
bool ct_read(const ct_context_t *context, ct_bytes_t state, const ct_response_t *response, ct_verdict_t *verdict,
             ct_fault_t *fault);

// ---- What it may use.

// A copy of a text.
ct_text_t ct_text(const char *text);
// A text as printf makes it, at most 1 000 bytes of it.
ct_text_t ct_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
// A copy of bytes.
ct_bytes_t ct_bytes(const void *bytes, size_t length);

// Says why there is no request, or that the answer cannot be read. Gives false.
bool ct_fail(ct_fault_t *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Says what is wrong with an option. Gives false.
bool ct_refuse(ct_fault_t *fault, const char *option, const char *reason);

// Adds a header, its name in lower case.
void ct_add_header(ct_request_t *request, const char *name, const char *value);
// The first value of a header; none: a null pointer in it.
ct_bytes_t ct_header(const ct_response_t *response, const char *name);

// Judges it a failure by a declared reason; with a detail for the author unless that is null.
void ct_failure(ct_outcome_t *outcome, uint32_t reason, const char *detail);
// The same with the detail `status 503, expected 200`.
void ct_unexpected_status(ct_outcome_t *outcome, uint32_t reason, const ct_response_t *response, unsigned expected);
// The span of the server's own work, milliseconds since the epoch by its clock.
void ct_between(ct_outcome_t *outcome, double start, double end);
// The length of the server's own work, milliseconds.
void ct_lasting(ct_outcome_t *outcome, double ms);
// A value of a metric, by index.
void ct_measure(ct_outcome_t *outcome, uint32_t index, double value);
// Another request follows, in `verdict->val.next.request`, after the outcome so far, with this state.
void ct_next(ct_verdict_t *verdict, ct_bytes_t state, double think_time);

// Finds members, named up to a null pointer, of the JSON object that `body` must be: their values as they stand there, in
// the order of the names. Fails on what is no JSON, and on a member that is missing or comes twice.
bool ct_json_members(ct_bytes_t body, const char *const *members, ct_bytes_t *values, ct_fault_t *fault);
// Read a value that was found. They fail on another type, and on a text with escapes, which they do not undo.
bool ct_json_text(ct_bytes_t value, ct_bytes_t *text, ct_fault_t *fault);
bool ct_json_whole(ct_bytes_t value, uint64_t *number, ct_fault_t *fault);
bool ct_json_number(ct_bytes_t value, double *number, ct_fault_t *fault);

// Milliseconds since the Unix epoch of an ISO 8601 time in UTC, such as `2026-11-23T08:21:09.388Z`.
bool ct_parse_utc(ct_bytes_t text, double *ms, ct_fault_t *fault);

#endif
