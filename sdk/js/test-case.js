// A test case as a class: what to ask, and what an answer means.

import { Fault, identity, toFault } from "./fault.js";
import { decode, encode } from "./text.js";
import { write as writeLog } from "cluster-tester:plugin/log@0.1.0";

export { Fault, InvalidOption } from "./fault.js";
export { parseUtc } from "./text.js";

/** Bytes of a body that a test case gets if it asks for no other number. */
const DEFAULT_BODY_LIMIT = 64 * 1024;

const METHODS = Object.fromEntries(
    ["get", "head", "post", "put", "delete", "options", "patch"].map((tag) => [tag.toUpperCase(), { tag }]),
);

/** A request. Host, scheme and port come from the plan. */
export class Request {
    /** `path` is path and query, starting with `/`, percent-encoded. A body is text or a `Uint8Array`. */
    constructor(method, path, body) {
        this.method = METHODS[method] ?? { tag: "other", val: method };
        this.path = path;
        this.headers = [];
        this.body = body === undefined ? undefined : encode(body);
    }

    static get(path) {
        return new Request("GET", path);
    }

    static post(path, body) {
        return new Request("POST", path, body);
    }

    /** With one more header, its name in lower case. */
    header(name, value) {
        this.headers.push({ name, value: encode(value) });
        return this;
    }
}

const IS = {
    array: Array.isArray,
    boolean: (value) => typeof value === "boolean",
    integer: Number.isInteger,
    number: (value) => typeof value === "number",
    object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    string: (value) => typeof value === "string",
};

/** A response. A unit test makes one from a status and a text. */
export class Response {
    /** `body` is text or a `Uint8Array`; `headers` are pairs of name, in lower case, and value. */
    constructor(status, body, headers = []) {
        this.status = status;
        /** Bytes, up to the description's `bodyLimit`. */
        this.body = encode(body);
        /** True length, whatever the limit. */
        this.bodyLength = this.body.length;
        this.headers = headers.map(([name, value]) => ({ name, value: encode(value) }));
    }

    /** The first value of a header that the description asked for, as text; `undefined` if it did not come. */
    header(name) {
        const found = this.headers.find((header) => header.name === name);
        return found && decode(found.value);
    }

    /** The body as text. */
    text() {
        return decode(this.body);
    }

    /**
     * The body read as JSON. With a `shape`, such as `{ items: "array", total: "integer" }`, it is an object that has
     * at least these members, each of that type of JSON; else a `Fault` is thrown. A shape that is a constant is cheaper
     * than one that is made for each call. Whole numbers are exact to 2^53.
     */
    json(shape) {
        let value;
        try {
            value = JSON.parse(decode(this.body));
        } catch (error) {
            throw this.explain(error);
        }
        if (shape === undefined) return value;
        if (!IS.object(value)) throw new Fault("the answer is not the JSON expected: no object");
        const checks = checksOf(shape);
        for (let i = 0; i < checks.length; i += 1) {
            const { member, isIt, type } = checks[i];
            // A call is dear where `typeof` tells it all.
            if (typeof value[member] === type && type !== "object") continue;
            if (!isIt(value[member])) throw new Fault(`the answer is not the JSON expected: \`${member}\` is no ${type}`);
        }
        return value;
    }

    explain(error) {
        const [read, length] = [this.body.length, this.bodyLength];
        if (length > read) {
            return new Fault(`only ${read} of the answer's ${length} bytes are within \`bodyLimit\`: ${error.message}`);
        }
        return new Fault(`the answer is not the JSON expected: ${error.message}`);
    }
}

/** A response as the host hands it over. */
function HostResponse({ status, body, bodyLength, headers }) {
    this.status = status;
    this.body = body;
    this.length64 = bodyLength;
    this.headers = headers;
}
// A BigInt is dear to turn into a number, and seldom asked for.
HostResponse.prototype = Object.create(Response.prototype, {
    bodyLength: {
        get() {
            return Number(this.length64);
        },
    },
});

const known = new WeakMap();

/** What a shape asks for, as a list: to walk over an object's members is dear. */
function checksOf(shape) {
    let checks = known.get(shape);
    if (checks === undefined) {
        checks = Object.entries(shape).map(([member, type]) => ({ member, type, isIt: IS[type] }));
        known.set(shape, checks);
    }
    return checks;
}

/** Shared, because most outcomes have no metrics. */
const NONE = Object.freeze([]);

/** How a response was judged, and what was read from it. */
export class Outcome {
    constructor() {
        this.failure = undefined;
        this.serverSpan = undefined;
        this.metrics = NONE;
    }

    static success() {
        return new Outcome();
    }

    /** A failure by a reason, as its index into `failureReasons`, with a detail for the author if it is worth it. */
    static failure(reason, detail) {
        const outcome = new Outcome();
        outcome.failure = { reason, detail };
        return outcome;
    }

    /** A success if so, else a failure. */
    static successIf(isSuccess, reason) {
        return isSuccess ? new Outcome() : Outcome.failure(reason);
    }

    /** A failure with the detail `status 503, expected 200`. */
    static unexpectedStatus(reason, response, expected) {
        return Outcome.failure(reason, `status ${response.status}, expected ${expected}`);
    }

    /** With the span of the server's own work, milliseconds since the epoch by its clock. */
    between(start, end) {
        this.serverSpan = { tag: "between", val: { start, end } };
        return this;
    }

    /** With the length of the server's own work, milliseconds. */
    lasting(ms) {
        this.serverSpan = { tag: "lasting", val: ms };
        return this;
    }

    /** With a value of a metric, by index into the description's `metrics`. */
    metric(index, value) {
        this.metrics = [...this.metrics, { index, value }];
        return this;
    }

    /**
     * This outcome, and another request after it. `state` is what `read` gets for that one, anything that JSON can
     * hold; `thinkTime` are milliseconds before it is due.
     */
    next(request, { state = null, thinkTime = 0 } = {}) {
        return new Step(this, request, state, thinkTime);
    }
}

class Step {
    constructor(outcome, request, state, thinkTime) {
        this.outcome = outcome;
        this.request = request;
        this.state = state;
        this.thinkTime = thinkTime;
    }
}

const warn = (text) => writeLog("warning", text);

/** Makes a class a test case: `export const testCase = exportTestCase(MyTestCase)`. */
export function exportTestCase(TestCase) {
    let configured;

    // Called for each request: no closures are made here.
    return {
        describe() {
            try {
                return described(TestCase.description);
            } catch (error) {
                throw toFault(error, warn);
            }
        },

        configure(options) {
            try {
                configured = new TestCase(JSON.parse(options));
            } catch (error) {
                throw toFault(error, warn);
            }
        },

        buildRequest(context) {
            try {
                return configured.build(ofHost(context));
            } catch (error) {
                throw toFault(error, warn);
            }
        },

        readResponse(context, state, response) {
            try {
                const told = state == null ? undefined : JSON.parse(decode(state));
                const read = configured.read(ofHost(context), new HostResponse(response), told);
                if (!(read instanceof Step)) return { tag: "done", val: read };
                return { tag: "next", val: { ...read, state: encode(JSON.stringify(read.state)) } };
            } catch (error) {
                throw toFault(error, warn);
            }
        },
    };
}

function described(told) {
    return {
        identity: identity(told),
        minRecommendedLoad: told.minRecommendedLoad ?? 1,
        responseHeaders: told.responseHeaders ?? [],
        bodyLimit: told.bodyLimit ?? DEFAULT_BODY_LIMIT,
        metrics: told.metrics ?? [],
        failureReasons: told.failureReasons ?? [],
    };
}

/** One engine gives 64-bit integers as BigInt, the other as numbers; a missing row is `null` or `undefined`. */
function ofHost(context) {
    if (typeof context.iteration === "bigint") context.iteration = Number(context.iteration);
    context.row = context.row == null ? undefined : JSON.parse(context.row);
    return context;
}
