#!/usr/bin/env node
// Makes a component of a JavaScript (or TypeScript) file and all it imports.
//
//   node build.js FILE [-o OUT.wasm] [--engine quickjs|spidermonkey] [--wit DIR]
//
// The file exports `testCase` or `analysis`; which, says what kind of plugin it is.

import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const SDK = dirname(fileURLToPath(import.meta.url));
const WORLDS = { testCase: "test-case-plugin", analysis: "analysis-plugin" };

/** What is not in the lock file, being 400 MB with what it needs; it does not name all of that itself. */
const SPIDERMONKEY = "@bytecodealliance/componentize-js";
const EXTRA = {
    [SPIDERMONKEY]: ` && npm install --no-save ${SPIDERMONKEY}@0.23.0 @bytecodealliance/preview2-shim@0.17.4`,
};

class Mistake extends Error {}

/** The file and all it imports as one module, and the world that it is for. */
async function bundle(file) {
    const esbuild = await tool("esbuild");
    const built = await esbuild.build({
        entryPoints: [file],
        bundle: true,
        write: false,
        metafile: true,
        format: "esm",
        target: "es2022",
        platform: "neutral",
        mainFields: ["module", "main"],
        external: ["cluster-tester:*", "wasi:*"],
        alias: { "cluster-tester-sdk/analysis": `${SDK}/analysis.js`, "cluster-tester-sdk": `${SDK}/test-case.js` },
    });
    const [{ exports }] = Object.values(built.metafile.outputs);
    const kinds = exports.filter((name) => name in WORLDS);
    if (kinds.length !== 1) throw new Mistake(`${file} must export either \`testCase\` or \`analysis\``);
    return { source: built.outputFiles[0].text, world: WORLDS[kinds[0]] };
}

const ENGINES = {
    // The runtime without component-model async, which the host does not have; without WASI it is called directly.
    async quickjs({ source, world }, wit) {
        const { componentize } = await tool("componentize-qjs");
        const made = await componentize({ witPath: wit, world, jsSource: source, sync: true, stubWasi: true });
        return made.component;
    },

    async spidermonkey({ source, world }, wit) {
        const { componentize } = await tool(SPIDERMONKEY);
        // A plugin has no network. Without the rest it imports nothing of WASI.
        const disableFeatures = ["clocks", "fetch-event", "http", "random", "stdio"];
        const made = await componentize(source, { witPath: wit, worldName: world, disableFeatures });
        return made.component;
    },
};

async function tool(name) {
    try {
        return await import(name);
    } catch (error) {
        if (error.code !== "ERR_MODULE_NOT_FOUND" || !error.message.includes(`'${name}'`)) throw error;
        throw new Mistake(`${name} is not installed\n  hint: in ${SDK}: npm ci${EXTRA[name] ?? ""}`);
    }
}

async function main() {
    const { values, positionals } = parseArgs({
        allowPositionals: true,
        options: {
            output: { type: "string", short: "o" },
            engine: { type: "string", default: "quickjs" },
            wit: { type: "string", default: resolve(SDK, "../../wit") },
        },
    });
    const [file] = positionals;
    if (positionals.length !== 1 || !(values.engine in ENGINES)) {
        throw new Mistake("usage: build.js FILE [-o OUT.wasm] [--engine quickjs|spidermonkey] [--wit DIR]");
    }
    const output = values.output ?? `${basename(file, extname(file))}.wasm`;
    const bundled = await bundle(file);
    const component = await ENGINES[values.engine](bundled, values.wit);
    await mkdir(dirname(resolve(output)), { recursive: true });
    // A tester that looks at the file meanwhile sees the old one or the new one.
    await writeFile(`${output}.new`, component);
    await rename(`${output}.new`, output);
    console.error(`${output}: ${bundled.world}, ${Math.ceil(component.length / 1024)} KiB`);
}

try {
    await main();
} catch (error) {
    // esbuild has shown its own errors, with the lines they are about.
    const isKnown = error instanceof Mistake || error.errors !== undefined;
    console.error(error.errors ? "error: the plugin was not built" : `error: ${isKnown ? error.message : error.stack}`);
    process.exitCode = 1;
}
