// Members of a JSON object, found without allocating. The whole text is checked, as RFC 8259 has it, but for UTF-8.

#include <stdlib.h>
#include <string.h>

#include "cluster_tester.h"

// Objects and lists within each other, at most.
#define DEPTH 64

typedef struct {
    const uint8_t *at, *end;
} reader_t;

static void skip_space(reader_t *reader) {
    while (reader->at < reader->end &&
           (*reader->at == ' ' || *reader->at == '\t' || *reader->at == '\n' || *reader->at == '\r')) {
        reader->at++;
    }
}

static bool take(reader_t *reader, char wanted) {
    skip_space(reader);
    if (reader->at == reader->end || *reader->at != (uint8_t)wanted) return false;
    reader->at++;
    return true;
}

static bool is_digit(const reader_t *reader) {
    return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

// A text without its quotes.
static bool take_text(reader_t *reader, ct_bytes_t *text) {
    if (!take(reader, '"')) return false;
    text->ptr = (uint8_t *)reader->at;
    for (; reader->at < reader->end && *reader->at >= 0x20; reader->at++) {
        if (*reader->at == '"') {
            text->len = (size_t)(reader->at++ - text->ptr);
            return true;
        }
        if (*reader->at != '\\') continue;
        reader->at++;
        if (reader->at == reader->end || *reader->at == 0 || strchr("\"\\/bfnrtu", *reader->at) == NULL) return false;
        if (*reader->at != 'u') continue;
        for (int i = 0; i < 4; i++) {
            reader->at++;
            if (reader->at == reader->end || *reader->at == 0) return false;
            if (strchr("0123456789abcdefABCDEF", *reader->at) == NULL) return false;
        }
    }
    return false;
}

static bool take_number(reader_t *reader) {
    if (reader->at < reader->end && *reader->at == '-') reader->at++;
    if (!is_digit(reader)) return false;
    if (*reader->at == '0') {
        reader->at++;
    } else {
        while (is_digit(reader)) reader->at++;
    }
    if (reader->at < reader->end && *reader->at == '.') {
        reader->at++;
        if (!is_digit(reader)) return false;
        while (is_digit(reader)) reader->at++;
    }
    if (reader->at < reader->end && (*reader->at == 'e' || *reader->at == 'E')) {
        reader->at++;
        if (reader->at < reader->end && (*reader->at == '+' || *reader->at == '-')) reader->at++;
        if (!is_digit(reader)) return false;
        while (is_digit(reader)) reader->at++;
    }
    return true;
}

static bool take_word(reader_t *reader, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0) return false;
    reader->at += length;
    return true;
}

static bool take_value(reader_t *reader, int depth) {
    ct_bytes_t text;
    skip_space(reader);
    if (reader->at == reader->end || depth == DEPTH) return false;
    switch (*reader->at) {
    case '"':
        return take_text(reader, &text);
    case 't':
        return take_word(reader, "true");
    case 'f':
        return take_word(reader, "false");
    case 'n':
        return take_word(reader, "null");
    case '[':
        reader->at++;
        if (take(reader, ']')) return true;
        do {
            if (!take_value(reader, depth + 1)) return false;
        } while (take(reader, ','));
        return take(reader, ']');
    case '{':
        reader->at++;
        if (take(reader, '}')) return true;
        do {
            if (!take_text(reader, &text) || !take(reader, ':') || !take_value(reader, depth + 1)) return false;
        } while (take(reader, ','));
        return take(reader, '}');
    default:
        return take_number(reader);
    }
}

bool ct_json_members(ct_bytes_t body, const char *const *members, ct_bytes_t *values, ct_fault_t *fault) {
    reader_t reader = {body.ptr, body.ptr + body.len};
    for (size_t i = 0; members[i] != NULL; i++) values[i] = (ct_bytes_t){NULL, 0};
    if (!take(&reader, '{')) return ct_fail(fault, "the answer is not the JSON expected: no object");
    if (!take(&reader, '}')) {
        do {
            ct_bytes_t name;
            if (!take_text(&reader, &name) || !take(&reader, ':')) goto no_json;
            skip_space(&reader);
            const uint8_t *start = reader.at;
            if (!take_value(&reader, 0)) goto no_json;
            for (size_t i = 0; members[i] != NULL; i++) {
                if (name.len != strlen(members[i]) || memcmp(name.ptr, members[i], name.len) != 0) continue;
                if (values[i].ptr != NULL) {
                    return ct_fail(fault, "the answer is not the JSON expected: two members `%s`", members[i]);
                }
                values[i] = (ct_bytes_t){(uint8_t *)start, (size_t)(reader.at - start)};
            }
        } while (take(&reader, ','));
        if (!take(&reader, '}')) goto no_json;
    }
    skip_space(&reader);
    if (reader.at != reader.end) goto no_json;
    for (size_t i = 0; members[i] != NULL; i++) {
        if (values[i].ptr != NULL) continue;
        return ct_fail(fault, "the answer is not the JSON expected: no member `%s`", members[i]);
    }
    return true;
no_json:
    return ct_fail(fault, "the answer is not the JSON expected: no JSON from byte %zu", (size_t)(reader.at - body.ptr));
}

static bool wrong(ct_fault_t *fault, ct_bytes_t value, const char *expected) {
    int length = value.len > 100 ? 100 : (int)value.len;
    return ct_fail(fault, "the answer is not the JSON expected: `%.*s` is no %s", length, value.ptr, expected);
}

bool ct_json_text(ct_bytes_t value, ct_bytes_t *text, ct_fault_t *fault) {
    if (*value.ptr != '"') return wrong(fault, value, "text");
    if (memchr(value.ptr, '\\', value.len) != NULL) return wrong(fault, value, "text without escapes");
    *text = (ct_bytes_t){value.ptr + 1, value.len - 2};
    return true;
}

bool ct_json_whole(ct_bytes_t value, uint64_t *number, ct_fault_t *fault) {
    *number = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] < '0' || value.ptr[i] > '9') return wrong(fault, value, "whole number");
        uint64_t digit = (uint64_t)(value.ptr[i] - '0');
        if (*number > (UINT64_MAX - digit) / 10) return wrong(fault, value, "whole number of 64 bits");
        *number = *number * 10 + digit;
    }
    return true;
}

bool ct_json_number(ct_bytes_t value, double *number, ct_fault_t *fault) {
    if (*value.ptr != '-' && (*value.ptr < '0' || *value.ptr > '9')) return wrong(fault, value, "number");
    char digits[64];
    if (value.len >= sizeof digits) return wrong(fault, value, "number of less than 64 characters");
    memcpy(digits, value.ptr, value.len);
    digits[value.len] = 0;
    *number = strtod(digits, NULL);
    return true;
}
