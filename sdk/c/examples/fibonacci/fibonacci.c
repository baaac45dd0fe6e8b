// Asks for a Fibonacci number and checks it. The load is the number's index.

#include "cluster_tester.h"

static const char *const REASONS[] = {"unexpected status", "wrong Fibonacci number", NULL};

const ct_about_t ct_about = {
    .name = "FibonacciTestCase",
    .version = "0.1.0",
    .description = "This test measures the performance of the Fibonacci calculation endpoint.",
    .min_recommended_load = 10,
    .body_limit = 64 * 1024,
    .failure_reasons = REASONS,
};

static const char *const MEMBERS[] = {"start", "end", "fibonacci", NULL};

static uint64_t fibonacci(uint32_t n) {
    uint64_t a = 0, b = 1;
    for (uint32_t i = 0; i < n && i < 94; i++) {
        uint64_t next = a + b;
        a = b;
        b = next;
    }
    return a;
}

bool ct_build(const ct_context_t *context, ct_request_t *request, ct_fault_t *fault) {
    (void)fault;
    request->path = ct_format("/fibonacci/%u", (unsigned)context->load);
    return true;
}

bool ct_read(const ct_context_t *context, ct_bytes_t state, const ct_response_t *response, ct_verdict_t *verdict,
             ct_fault_t *fault) {
    (void)state;
    ct_outcome_t *outcome = &verdict->val.done;
    if (response->status != 200) {
        ct_unexpected_status(outcome, 0, response, 200);
        return true;
    }
    ct_bytes_t values[3], start, end;
    double started, ended;
    uint64_t number;
    if (!ct_json_members(response->body, MEMBERS, values, fault)) return false;
    if (!ct_json_text(values[0], &start, fault) || !ct_json_text(values[1], &end, fault)) return false;
    if (!ct_json_whole(values[2], &number, fault)) return false;
    if (!ct_parse_utc(start, &started, fault) || !ct_parse_utc(end, &ended, fault)) return false;
    if (number != fibonacci(context->load)) ct_failure(outcome, 1, NULL);
    ct_between(outcome, started, ended);
    return true;
}
