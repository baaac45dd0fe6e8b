// An analysis as a class: reads finished runs through the host and returns a report, which the host draws.

import { Fault, identity, toFault } from "./fault.js";
import * as host from "cluster-tester:plugin/dataset@0.1.0";
import { write as writeLog } from "cluster-tester:plugin/log@0.1.0";

export { Fault, InvalidOption } from "./fault.js";

/** Rows asked for at a time. */
const ROWS = 65536;

const NO_PHASES = { warmUp: false, steady: false, drain: false };
const NO_OUTCOMES = {
    success: false, failed: false, unreadable: false, timedOut: false, connectFailed: false, connectionLost: false,
    protocolError: false, dropped: false, abandoned: false, guestFault: false, noRow: false,
};
const ALL_OUTCOMES = Object.fromEntries(Object.keys(NO_OUTCOMES).map((outcome) => [outcome, true]));

/** A host's refusal as an exception of ours. One engine throws what the contract says, the other an error with it. */
function asked(call) {
    try {
        return call();
    } catch (error) {
        const fault = error?.payload ?? error;
        if (fault?.tag === "failed") throw new Fault(fault.val);
        throw error;
    }
}

/** All datasets, in the order named on the command line. */
export function datasets() {
    return Array.from({ length: host.count() }, (_, index) => new Dataset(index));
}

/** A dataset. `facts` are those of `dataset-facts` in `wit/dataset.wit`. */
class Dataset {
    constructor(index) {
        this.index = index;
        this.facts = asked(() => host.describeDataset(index));
    }

    /** Its trials, in order. */
    trials() {
        return Array.from({ length: this.facts.trials }, (_, index) => new Trial(this.index, index));
    }

    /** Its searches that came to an answer, in order. */
    searches() {
        return asked(() => host.searches(this.index));
    }

    /** All that is known of it. */
    manifest() {
        return JSON.parse(asked(() => host.manifest(this.index)));
    }

    /** What each host spent while nothing was asked of the target, such as `cpu.busy`. */
    idleResources(figure) {
        return Array.from(asked(() => host.idleResources(this.index, figure)));
    }
}

/** A trial. `facts` are those of `trial-facts`. */
class Trial {
    constructor(dataset, index) {
        this.dataset = dataset;
        this.index = index;
        this.facts = asked(() => host.describeTrial(dataset, index));
    }

    /** The successes of its steady state. */
    successes() {
        return this.select(["steady"], ["success"]);
    }

    /** All requests of its steady state; in quantiles, those that did not succeed count as infinite. */
    all() {
        return this.select(["steady"], Object.keys(ALL_OUTCOMES));
    }

    /** Any of its requests, by names of phases and outcomes in camelCase. */
    select(phases, outcomes) {
        return new Selected({
            dataset: this.dataset,
            trial: this.index,
            phases: flags(NO_PHASES, phases),
            outcomes: flags(NO_OUTCOMES, outcomes),
        });
    }

    /** Requests of the steady state by what became of them, in the order of the flags of `outcomes`. */
    outcomes() {
        return Array.from(asked(() => host.countOutcomes(this.dataset, this.index, flags(NO_PHASES, ["steady"]))));
    }

    /** What each host spent over the steady state, such as `cpu.busy`; in the order of the dataset's hosts. */
    resources(figure) {
        return Array.from(asked(() => host.resources(this.dataset, this.index, figure)));
    }

    /** What a host spent over time: `at` and `values`. */
    resourcesOverTime(index, figure) {
        return asked(() => host.resourcesOverTime(this.dataset, this.index, index, figure));
    }
}

function flags(none, names) {
    const set = { ...none };
    for (const name of names) {
        if (!(name in none)) throw new Fault(`there is no \`${name}\`, only ${Object.keys(none).join(", ")}`);
        set[name] = true;
    }
    return set;
}

/** Some requests of a trial. A quantity is one of `quantity` in `wit/dataset.wit`, such as `response-time`. */
class Selected {
    constructor(selection) {
        this.selection = selection;
    }

    /** Exact figures: `count`, `mean`, `standardDeviation`, `least`, `most`. */
    measure(quantity) {
        return asked(() => host.measure(this.selection, quantity));
    }

    /** Quantiles, nanoseconds, for probabilities from 0 to 1. */
    quantiles(quantity, probabilities) {
        const wanted = Float64Array.from(probabilities);
        return Array.from(asked(() => host.quantiles(this.selection, quantity, wanted)));
    }

    /** All durations, in buckets: `highest` and `counts`. */
    histogram(quantity) {
        return asked(() => host.countDurations(this.selection, quantity));
    }

    /** Quantiles by windows of `width` nanoseconds: `starts`, `counts`, `quantiles`. */
    overTime(quantity, width, probabilities) {
        const wanted = Float64Array.from(probabilities);
        return asked(() => host.overTime(this.selection, quantity, width, wanted));
    }

    /** Each value of a column, such as `{ tag: "quantity", val: "response-time" }`; `undefined` where it is missing. */
    *values(column) {
        for (let from = 0, more = true; more; ) {
            const chunk = asked(() => host.read(this.selection, column, from, ROWS));
            for (let index = 0; index < chunk.values.length; index += 1) {
                const bits = chunk.validity[index >> 3] ?? 0xff;
                yield bits & (1 << (index & 7)) ? chunk.values[index] : undefined;
            }
            from += chunk.values.length;
            more = chunk.more && chunk.values.length > 0;
        }
    }
}

/** A report, put together in reading order. */
export class Report {
    constructor(title) {
        this.title = title;
        this.blocks = [];
    }

    heading(text) {
        return this.#with("heading", text);
    }

    text(text) {
        return this.#with("text", text);
    }

    table(table) {
        return this.#with("table", table);
    }

    chart(chart) {
        return this.#with("chart", chart);
    }

    /** Something the reader should know first: `note`, `caution`, `invalid` or `regression`. */
    finding(severity, message) {
        return this.#with("finding", { severity, message });
    }

    #with(tag, val) {
        this.blocks.push({ tag, val });
        return this;
    }
}

/** A table, column by column. */
export class Table {
    constructor(caption) {
        this.caption = caption;
        this.columns = [];
    }

    text(heading, values) {
        return this.#with(heading, "", { tag: "text", val: values });
    }

    /** Numbers in `ns`, `s`, `/s`, `bytes`, `bytes/s`, `%` or `1`; the host chooses the scale. NaN is an empty cell. */
    numbers(heading, unit, values) {
        return this.#with(heading, unit, { tag: "numbers", val: Float64Array.from(values) });
    }

    #with(heading, unit, values) {
        this.columns.push({ heading, unit, values });
        return this;
    }
}

/** An axis. `scale` is `linear`, `logarithmic` or `quantile`. */
export const axis = (label, unit, scale = "linear") => ({ label, unit, scale });

/** A chart with one panel. `kind` is one of those in `wit/report.wit`; `first` are categories (text) or x values. */
export class Chart {
    constructor(kind, title, x, first, y) {
        const isText = first.some((value) => typeof value === "string");
        const values = isText ? { tag: "text", val: first } : { tag: "numbers", val: Float64Array.from(first) };
        this.kind = kind;
        this.fileName = "";
        this.title = title;
        this.x = x;
        this.panels = [y];
        this.data = { caption: title, columns: [{ heading: x.label, unit: x.unit, values }] };
        this.series = [];
        this.marks = [];
    }

    /** With a series, drawn in the last panel. */
    withSeries(name, values) {
        const { unit } = this.panels.at(-1);
        const column = { heading: name, unit, values: { tag: "numbers", val: Float64Array.from(values) } };
        this.data.columns.push(column);
        const [panel, index] = [this.panels.length - 1, this.data.columns.length - 1];
        this.series.push({ name, panel, values: index, band: undefined, notes: undefined, summary: [] });
        return this;
    }

    /** With one more panel below, over the same horizontal axis. */
    withPanel(y) {
        this.panels.push(y);
        return this;
    }

    /** With a line across the last panel. */
    withMark(at, label) {
        this.marks.push({ isVertical: false, panel: this.panels.length - 1, at, label });
        return this;
    }
}

/** Makes a class an analysis: `export const analysis = exportAnalysis(MyAnalysis)`. */
export function exportAnalysis(Analysis) {
    const warn = (text) => writeLog("warning", text);
    return {
        describe() {
            try {
                const { minDatasets = 1, maxDatasets = 0, ...told } = Analysis.description;
                return { identity: identity(told), minDatasets, maxDatasets };
            } catch (error) {
                throw toFault(error, warn);
            }
        },

        analyse(options) {
            try {
                return new Analysis(JSON.parse(options)).analyse(datasets());
            } catch (error) {
                throw toFault(error, warn);
            }
        },
    };
}
