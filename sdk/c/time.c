// Points in time as servers write them.

#include "cluster_tester.h"

// The number of `count` digits; -1 if it is none.
static int digits(const uint8_t *at, int count) {
    int number = 0;
    for (int i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9') return -1;
        number = number * 10 + (at[i] - '0');
    }
    return number;
}

static int days_of(int year, int month) {
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return DAYS[month - 1] + (month == 2 && is_leap);
}

// Days from 1970-01-01 in the Gregorian calendar (`days_from_civil`, Howard Hinnant 2013).
static int64_t days_since_epoch(int year, int month, int day) {
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

// Milliseconds of a fraction, `.388Z`; the offset must be UTC's. -1 if it is neither.
static double fraction(const uint8_t *at, const uint8_t *end) {
    int32_t nanos = 0, scale = 100000000;
    if (at < end && *at == '.') {
        const uint8_t *first = ++at;
        for (; at < end && *at >= '0' && *at <= '9'; at++) {
            if (at - first == 9) return -1;
            nanos += (*at - '0') * scale;
            scale /= 10;
        }
        if (at == first) return -1;
    }
    bool is_z = end - at == 1 && *at == 'Z';
    bool is_zero = end - at == 6 && at[0] == '+' && at[3] == ':' && digits(at + 1, 2) == 0 && digits(at + 4, 2) == 0;
    return is_z || is_zero ? nanos / 1e6 : -1;
}

bool ct_parse_utc(ct_bytes_t text, double *ms, ct_fault_t *fault) {
    const uint8_t *t = text.ptr;
    if (text.len < 20 || t[4] != '-' || t[7] != '-' || t[10] != 'T' || t[13] != ':' || t[16] != ':') goto no_time;
    int year = digits(t, 4), month = digits(t + 5, 2), day = digits(t + 8, 2);
    int hour = digits(t + 11, 2), minute = digits(t + 14, 2), second = digits(t + 17, 2);
    double rest = fraction(t + 19, t + text.len);
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > days_of(year, month) || rest < 0) goto no_time;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) goto no_time;
    int64_t seconds = days_since_epoch(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    *ms = (double)(seconds * 1000) + rest;
    return true;
no_time:
    return ct_fail(fault, "not a time: expected ISO 8601 in UTC such as `2026-11-23T08:21:09.388Z`");
}
