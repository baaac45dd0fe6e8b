// Asks for as many greetings as the load says.

#include "cluster_tester.h"

static const char *const REASONS[] = {"unexpected status", "no greeting", NULL};

static const char *const MEMBERS[] = {"count", NULL};

const ct_about_t ct_about = {
    .name = "GreetingsTestCase",
    .version = "1.0.0",
    .description = "Asks for as many greetings as the load says.",
    .body_limit = 64 * 1024,
    .failure_reasons = REASONS,
};

bool ct_build(const ct_context_t *context, ct_request_t *request, ct_fault_t *fault) {
    (void)fault;
    request->path = ct_format("/greetings?n=%u", (unsigned)context->load);
    ct_add_header(request, "accept-language", "en");
    return true;
}

bool ct_read(const ct_context_t *context, ct_bytes_t state, const ct_response_t *response, ct_verdict_t *verdict,
             ct_fault_t *fault) {
    (void)context;
    (void)state;
    ct_outcome_t *outcome = &verdict->val.done;
    ct_bytes_t value;
    uint64_t count;
    if (response->status != 200) {
        ct_unexpected_status(outcome, 0, response, 200);
        return true;
    }
    if (!ct_json_members(response->body, MEMBERS, &value, fault)) return false;
    if (!ct_json_whole(value, &count, fault)) return false;
    if (count == 0) ct_failure(outcome, 1, NULL);
    return true;
}
