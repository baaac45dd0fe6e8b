// The exports of a test case, made of what it defines; and what it may use.

#include "cluster_tester.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Texts.

ct_bytes_t ct_bytes(const void *bytes, size_t length) {
    ct_bytes_t copy = {malloc(length + 1), length};
    // Out of memory is a trap, which the host reports as the limit that was crossed.
    if (copy.ptr == NULL) abort();
    if (length > 0) memcpy(copy.ptr, bytes, length);
    return copy;
}

ct_text_t ct_text(const char *text) {
    ct_bytes_t bytes = ct_bytes(text, strlen(text));
    return (ct_text_t){bytes.ptr, bytes.len};
}

static ct_text_t formatted(const char *format, va_list arguments) {
    char buffer[1001];
    vsnprintf(buffer, sizeof buffer, format, arguments);
    return ct_text(buffer);
}

ct_text_t ct_format(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    ct_text_t text = formatted(format, arguments);
    va_end(arguments);
    return text;
}

// ---- Faults.

bool ct_fail(ct_fault_t *fault, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fault->tag = CLUSTER_TESTER_PLUGIN_TYPES_FAULT_FAILED;
    fault->val.failed = formatted(format, arguments);
    va_end(arguments);
    return false;
}

bool ct_refuse(ct_fault_t *fault, const char *option, const char *reason) {
    fault->tag = CLUSTER_TESTER_PLUGIN_TYPES_FAULT_INVALID_OPTION;
    fault->val.invalid_option.name = ct_text(option);
    fault->val.invalid_option.reason = ct_text(reason);
    return false;
}

// ---- Requests, responses, outcomes.

static void *grown(void *list, size_t *length, size_t size) {
    *length += 1;
    list = realloc(list, *length * size);
    if (list == NULL) abort();
    return list;
}

void ct_add_header(ct_request_t *request, const char *name, const char *value) {
    request->headers.ptr = grown(request->headers.ptr, &request->headers.len, sizeof(ct_header_t));
    request->headers.ptr[request->headers.len - 1] = (ct_header_t){ct_text(name), ct_bytes(value, strlen(value))};
}

ct_bytes_t ct_header(const ct_response_t *response, const char *name) {
    for (size_t i = 0; i < response->headers.len; i++) {
        const ct_header_t *header = &response->headers.ptr[i];
        if (header->name.len == strlen(name) && memcmp(header->name.ptr, name, header->name.len) == 0) {
            return header->value;
        }
    }
    return (ct_bytes_t){NULL, 0};
}

void ct_failure(ct_outcome_t *outcome, uint32_t reason, const char *detail) {
    outcome->failure.is_some = true;
    outcome->failure.val.reason = reason;
    outcome->failure.val.detail.is_some = detail != NULL;
    if (detail != NULL) outcome->failure.val.detail.val = ct_text(detail);
}

void ct_unexpected_status(ct_outcome_t *outcome, uint32_t reason, const ct_response_t *response, unsigned expected) {
    char detail[48];
    snprintf(detail, sizeof detail, "status %u, expected %u", response->status, expected);
    ct_failure(outcome, reason, detail);
}

void ct_between(ct_outcome_t *outcome, double start, double end) {
    outcome->server_span.is_some = true;
    outcome->server_span.val.tag = EXPORTS_CLUSTER_TESTER_PLUGIN_TEST_CASE_SERVER_SPAN_BETWEEN;
    outcome->server_span.val.val.between.start = start;
    outcome->server_span.val.val.between.end = end;
}

void ct_lasting(ct_outcome_t *outcome, double ms) {
    outcome->server_span.is_some = true;
    outcome->server_span.val.tag = EXPORTS_CLUSTER_TESTER_PLUGIN_TEST_CASE_SERVER_SPAN_LASTING;
    outcome->server_span.val.val.lasting = ms;
}

void ct_measure(ct_outcome_t *outcome, uint32_t index, double value) {
    size_t size = sizeof *outcome->metrics.ptr;
    outcome->metrics.ptr = grown(outcome->metrics.ptr, &outcome->metrics.len, size);
    outcome->metrics.ptr[outcome->metrics.len - 1].index = index;
    outcome->metrics.ptr[outcome->metrics.len - 1].value = value;
}

void ct_next(ct_verdict_t *verdict, ct_bytes_t state, double think_time) {
    ct_step_t step = {.state = state, .think_time = think_time, .outcome = verdict->val.done};
    verdict->tag = EXPORTS_CLUSTER_TESTER_PLUGIN_TEST_CASE_VERDICT_NEXT;
    verdict->val.next = step;
}

// ---- Exports.

static test_case_plugin_list_string_t texts(const char *const *list) {
    test_case_plugin_list_string_t copy = {NULL, 0};
    for (; list != NULL && *list != NULL; list++) {
        copy.ptr = grown(copy.ptr, &copy.len, sizeof(ct_text_t));
        copy.ptr[copy.len - 1] = ct_text(*list);
    }
    return copy;
}

bool exports_cluster_tester_plugin_test_case_describe(exports_cluster_tester_plugin_test_case_description_t *ret,
                                                      ct_fault_t *fault) {
    (void)fault;
    ret->identity.name = ct_text(ct_about.name);
    ret->identity.version = ct_text(ct_about.version);
    ret->identity.description = ct_text(ct_about.description);
    ret->identity.options_schema = ct_text(ct_about.options_schema == NULL ? "" : ct_about.options_schema);
    ret->min_recommended_load = ct_about.min_recommended_load == 0 ? 1 : ct_about.min_recommended_load;
    ret->body_limit = ct_about.body_limit;
    ret->response_headers = texts(ct_about.response_headers);
    ret->failure_reasons = texts(ct_about.failure_reasons);
    ret->metrics.ptr = NULL;
    ret->metrics.len = 0;
    for (const ct_metric_t *metric = ct_about.metrics; metric != NULL && metric->name != NULL; metric++) {
        ret->metrics.ptr = grown(ret->metrics.ptr, &ret->metrics.len, sizeof *ret->metrics.ptr);
        exports_cluster_tester_plugin_test_case_metric_t *told = &ret->metrics.ptr[ret->metrics.len - 1];
        told->name = ct_text(metric->name);
        told->unit = ct_text(metric->unit);
        told->kind = metric->is_gauge ? EXPORTS_CLUSTER_TESTER_PLUGIN_TEST_CASE_METRIC_KIND_GAUGE
                                      : EXPORTS_CLUSTER_TESTER_PLUGIN_TEST_CASE_METRIC_KIND_COUNTER;
    }
    return true;
}

__attribute__((weak)) bool ct_configure(ct_text_t options, ct_fault_t *fault) {
    (void)options;
    (void)fault;
    return true;
}

bool exports_cluster_tester_plugin_test_case_configure(test_case_plugin_string_t *options, ct_fault_t *fault) {
    bool is_right = ct_configure(*options, fault);
    free(options->ptr);
    return is_right;
}

bool exports_cluster_tester_plugin_test_case_build_request(ct_context_t *context, ct_request_t *ret,
                                                           ct_fault_t *fault) {
    memset(ret, 0, sizeof *ret);
    bool is_built = ct_build(context, ret, fault);
    exports_cluster_tester_plugin_test_case_context_free(context);
    return is_built;
}

bool exports_cluster_tester_plugin_test_case_read_response(ct_context_t *context, ct_bytes_t *maybe_state,
                                                           ct_response_t *response, ct_verdict_t *ret,
                                                           ct_fault_t *fault) {
    memset(ret, 0, sizeof *ret);
    ct_bytes_t state = maybe_state == NULL ? (ct_bytes_t){NULL, 0} : *maybe_state;
    bool is_read = ct_read(context, state, response, ret, fault);
    exports_cluster_tester_plugin_test_case_context_free(context);
    exports_cluster_tester_plugin_test_case_response_free(response);
    if (maybe_state != NULL) test_case_plugin_list_u8_free(maybe_state);
    return is_read;
}
