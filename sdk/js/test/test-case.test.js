import assert from "node:assert/strict";
import { test } from "node:test";

import { Fault, InvalidOption, Outcome, Request, Response, exportTestCase } from "cluster-tester-sdk";

import { Fibonacci } from "../examples/fibonacci/fibonacci.js";

const answer = (fibonacci) =>
    new Response(200, `{"start":"2026-01-01T12:00:00Z","end":"2026-01-01T12:00:00.5Z","fibonacci":${fibonacci}}`);

/** A response as a host hands it over. */
const handed = (response) => ({ ...response, bodyLength: BigInt(response.bodyLength) });

const thrown = (call) => {
    try {
        call();
    } catch (error) {
        return error;
    }
    return assert.fail("nothing was thrown");
};

test("the right number is a success with the server's span", () => {
    const outcome = new Fibonacci({}).read({ load: 10 }, answer(55));
    assert.equal(outcome.failure, undefined);
    assert.deepEqual(outcome.serverSpan.val, { start: 1_767_268_800_000, end: 1_767_268_800_500 });
    assert.equal(new Fibonacci({}).read({ load: 10 }, answer(54)).failure.reason, 1);
});

test("an answer of another shape is a fault", () => {
    for (const body of ["", "[]", "{}", "null", "<html>", '{"start":1,"end":2,"fibonacci":3}']) {
        assert.throws(() => new Fibonacci({}).read({ load: 10 }, new Response(200, body)), Fault, body);
    }
    assert.throws(() => new Fibonacci({}).read({ load: 10 }, answer('"55"')), /`fibonacci` is no integer/);
});

test("an export speaks as the contract does", () => {
    class TwoSteps {
        static description = { name: "TwoStepsTestCase", description: "Two steps.", optionsSchema: { type: "object" } };

        constructor(options) {
            if (options.page === "") throw new InvalidOption("page", "expected a path");
            this.page = options.page;
        }

        build({ row }) {
            return Request.post(this.page, row.text).header("accept", "*/*");
        }

        read(context, response, state) {
            if (state === undefined) {
                return Outcome.success().next(Request.get("/cart"), { state: { id: 7 }, thinkTime: 5 });
            }
            return state.id === 7 ? Outcome.success().metric(0, 1.5) : undefined.x;
        }
    }
    const world = exportTestCase(TwoSteps);
    assert.equal(world.describe().identity.optionsSchema, '{"type":"object"}');
    assert.deepEqual(thrown(() => world.configure('{"page":""}')).tag, "invalid-option");
    world.configure('{"page":"/"}');
    const context = { load: 1, iteration: 3n, row: '{"text":"ü"}' };
    const request = world.buildRequest({ ...context });
    assert.deepEqual([request.method.tag, [...request.body]], ["post", [0xc3, 0xbc]]);
    const next = world.readResponse({ ...context }, null, handed(new Response(200, "")));
    assert.deepEqual([next.tag, next.val.thinkTime, next.val.request.path], ["next", 5, "/cart"]);
    const done = world.readResponse({ ...context }, next.val.state, handed(new Response(200, "")));
    assert.deepEqual(done.val.metrics, [{ index: 0, value: 1.5 }]);
    // A mistake of the author's costs the request, not the instance.
    const bug = thrown(() => world.readResponse({ ...context }, new Uint8Array([0x31]), handed(new Response(200, ""))));
    assert.equal(bug.tag, "failed");
    assert.match(bug.val, /TypeError/);
});
