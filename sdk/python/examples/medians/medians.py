"""Median response time of each trial, as a table and as bars."""

from cluster_tester.analysis import Axis, Chart, Dataset, Description, Report, Table, export_analysis


class Medians:
    description = Description(
        name="MediansAnalysis",
        version="0.1.0",
        description="Median response time of each trial.",
    )

    def __init__(self, options: dict):
        pass

    def analyse(self, datasets: list[Dataset]) -> Report:
        report = Report("Median response times")
        for dataset in datasets:
            name, trials = dataset.facts.name, dataset.trials()
            numbers = [str(trial.facts.number) for trial in trials]
            medians = [trial.successes().quantiles("response-time", [0.5])[0] for trial in trials]
            bars = Chart("bars", name, Axis("trial", ""), numbers, Axis("median response time", "ns"))
            report.heading(name)
            report.table(Table("Medians").text("trial", numbers).numbers("median", "ns", medians))
            report.chart(bars.with_series("median", medians))
        return report


Analysis = export_analysis(Medians)
