// Asks for a Fibonacci number and checks it. The load is the number's index.

import { Outcome, Request, exportTestCase, parseUtc } from "cluster-tester-sdk";

const ANSWER = { start: "string", end: "string", fibonacci: "integer" };

export class Fibonacci {
    static description = {
        name: "FibonacciTestCase",
        version: "0.1.0",
        description: "This test measures the performance of the Fibonacci calculation endpoint.",
        minRecommendedLoad: 10,
        failureReasons: ["unexpected status", "wrong Fibonacci number"],
    };

    build({ load }) {
        return Request.get(`/fibonacci/${load}`);
    }

    read({ load }, response) {
        if (response.status !== 200) return Outcome.unexpectedStatus(0, response, 200);
        const answer = response.json(ANSWER);
        const outcome = Outcome.successIf(answer.fibonacci === fibonacci(load), 1);
        return outcome.between(parseUtc(answer.start), parseUtc(answer.end));
    }
}

// Above the 78th, both sides are rounded to 53 bits.
function fibonacci(n) {
    let a = 0;
    let b = 1;
    for (let i = 0; i < n; i += 1) {
        const next = a + b;
        a = b;
        b = next;
    }
    return a;
}

export const testCase = exportTestCase(Fibonacci);
