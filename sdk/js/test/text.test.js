import assert from "node:assert/strict";
import { test } from "node:test";

import { Fault } from "../fault.js";
import { decode, encode, parseUtc } from "../text.js";

test("times in UTC become milliseconds since the epoch", () => {
    for (const [text, expected] of [
        ["1970-01-01T00:00:00Z", 0],
        ["2026-11-23T08:21:09.388Z", 1_795_422_069_388],
        ["2026-11-23T08:21:09.388+00:00", 1_795_422_069_388],
        ["2026-11-23T08:21:09.000123456Z", 1_795_422_069_000.1235],
        ["2024-03-01T00:00:00.5Z", 1_709_251_200_500],
        ["1969-12-31T23:59:59.5Z", -500],
        ["9999-12-31T23:59:59Z", 253_402_300_799_000],
    ]) {
        assert.equal(parseUtc(text), expected, text);
    }
});

test("what is no time in UTC is refused", () => {
    for (const text of [
        "", "2026-11-23", "2026-11-23T08:21:09", "2026-11-23 08:21:09Z", "2026-11-23T08:21:09.Z",
        "2026-11-23T08:21:09.1234567890Z", "2026-11-23T08:21:09.388+01:00", "2026-11-23T08:21:09.388Zx",
        "2026-13-23T08:21:09Z", "2026-02-29T08:21:09Z", "2026-11-23T24:21:09Z", "2026-11-23T24:00:00Z",
    ]) {
        assert.throws(() => parseUtc(text), Fault, text);
    }
});

test("text goes to bytes and back", () => {
    for (const text of ["", "plain", "Grüße ∑ 😀 ".repeat(3000)]) {
        assert.equal(decode(encode(text)), text);
        assert.deepEqual(Buffer.from(encode(text)), Buffer.from(text));
    }
    assert.throws(() => decode(Uint8Array.of(0xff)), Fault);
});
