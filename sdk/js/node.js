// Lets Node.js run a plugin for its unit tests: `node --import …/sdk/js/node.js --test`. Log lines go to stderr, `next` is
// a fixed sequence, and the functions of `dataset` exist under a host only.

import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

const SDK = {
    "cluster-tester-sdk": new URL("test-case.js", import.meta.url).href,
    "cluster-tester-sdk/analysis": new URL("analysis.js", import.meta.url).href,
};
const HOST = {
    "cluster-tester:plugin/log@0.1.0": "export const write = (level, message) => console.error(`${level}: ${message}`);",
    "cluster-tester:plugin/random@0.1.0":
        "let state = 1; export const next = () => (state = Math.imul(state, 1664525) + 1013904223 >>> 0);",
    "cluster-tester:plugin/dataset@0.1.0": "export default {};",
};

// Node.js loads this file a second time, for its hooks.
if (isMainThread) register(import.meta.url);

export function resolve(specifier, context, next) {
    if (specifier in SDK) return { url: SDK[specifier], shortCircuit: true };
    if (specifier in HOST) {
        return { url: `data:text/javascript,${encodeURIComponent(HOST[specifier])}`, shortCircuit: true };
    }
    return next(specifier, context);
}
