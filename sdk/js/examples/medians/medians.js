// Median response time of each trial, as a table and as bars.

import { Chart, Report, Table, axis, exportAnalysis } from "cluster-tester-sdk/analysis";

export class Medians {
    static description = {
        name: "MediansAnalysis",
        version: "0.1.0",
        description: "Median response time of each trial.",
    };

    analyse(datasets) {
        const report = new Report("Median response times");
        for (const dataset of datasets) {
            const { name } = dataset.facts;
            const trials = dataset.trials();
            const numbers = trials.map((trial) => String(trial.facts.number));
            const medians = trials.flatMap((trial) => trial.successes().quantiles("response-time", [0.5]));
            const bars = new Chart("bars", name, axis("trial", ""), numbers, axis("median response time", "ns"));
            report
                .heading(name)
                .table(new Table("Medians").text("trial", numbers).numbers("median", "ns", medians))
                .chart(bars.withSeries("median", medians));
        }
        return report;
    }
}

export const analysis = exportAnalysis(Medians);
