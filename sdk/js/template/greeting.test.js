import assert from "node:assert/strict";
import { test } from "node:test";

import { Response } from "cluster-tester-sdk";

import { Greetings } from "./greeting.js";

test("an empty list is a failure", () => {
    const outcome = new Greetings({ language: "en" }).read({ load: 1 }, new Response(200, "[]"));
    assert.equal(outcome.failure.reason, 1);
});
