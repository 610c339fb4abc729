using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab report</c>: charts, report.md and report.html from result files.</summary>
static class ReportCommand
{
    internal static Command Create()
    {
        var results = new Option<string>("--results") { Description = "Folder of result files.", DefaultValueFactory = _ => LabPaths.Results };
        var plots = new OutputFolder("--plots") { Description = "Folder for the charts; default: plots/ of this checkout for its own results, else plots in the results folder." };
        var noCharts = new Option<bool>("--no-charts") { Description = "Draw no charts." };
        var output = new OutputFolder("--out") { Description = "Folder for report.md and report.html; default: the results folder." };
        var machine = new Option<string?>("--machine") { Description = "Part of the name of a machine's folder; default: the machine that measured last." };
        var apLoss = new Option<double?>("--max-ap-loss") { Description = "Largest loss of AP, in points (of 100)." }.Within(0, 100);
        var memory = new Option<double?>("--max-memory") { Description = "Largest peak resident memory, MiB." }.Within(1, 1e9);
        var latency = new Option<double?>("--max-latency") { Description = "Largest median latency, milliseconds." }.Within(1e-6, 1e9);
        var changes = new Option<double?>("--max-class-changes") { Description = "Largest share of the queries whose class may change where no AP was measured, per cent." }.Within(0, 100);
        var baseline = new Option<string?>("--baseline") { Description = "Variant that others are compared with; default: torch-fp32 where it was measured, else the first variant of the run." };
        var compare = new Option<string?>("--compare") { Description = "A second results folder to set beside the first." };
        var across = new Option<bool>("--across-machines") { Description = "With --compare: also compute ratios between different machines, marked as such." };
        var howFast = new OutputFile("--how-fast") { Description = "Also write a page on where each millisecond goes in five engines, from the precision suite." };
        var command = new Command("report", "Draws the charts and writes report.md and report.html from result files.")
        {
            results, plots, noCharts, output, machine, baseline, apLoss, changes, memory, latency, compare, across, howFast,
        };
        command.OnlyWith(across, "--compare", result => result.GetValue(compare) is not null);
        command.OnlyWith(plots, "charts, without --no-charts", result => !result.GetValue(noCharts));
        command.SetAction(parsed =>
        {
            var drawn = parsed.GetValue(plots) ?? BenchOptions.PlotsOf(parsed.GetValue(results)!);
            var files = Reporter.Write(new ReportOptions
            {
                ResultsDir = parsed.GetValue(results)!,
                PlotsDir = parsed.GetValue(noCharts) ? null : drawn,
                OutDir = parsed.GetValue(output),
                Machine = parsed.GetValue(machine),
                Limits = new Limits
                {
                    MaxApLoss = parsed.GetValue(apLoss),
                    MaxMemoryBytes = parsed.GetValue(memory) * 1024 * 1024,
                    MaxLatencyMs = parsed.GetValue(latency),
                    MaxClassChanges = parsed.GetValue(changes) / 100,
                },
                Baseline = parsed.GetValue(baseline),
                CompareDir = parsed.GetValue(compare),
                CompareAcrossMachines = parsed.GetValue(across),
            });
            var text = parsed.InvocationConfiguration.Output;
            text.WriteLine(files.Answer);
            text.WriteLine(files.Markdown);
            text.WriteLine(files.Html);
            if (files.Charts.Count > 0) { text.WriteLine($"{files.Charts.Count} pictures in {drawn}"); }
            if (parsed.GetValue(howFast) is { } page)
            {
                Reporter.WriteHowFast(parsed.GetValue(results)!, parsed.GetValue(machine), page);
                text.WriteLine(page);
            }

            foreach (var warning in files.Warnings) { parsed.InvocationConfiguration.Error.WriteLine($"detrlab: {warning}"); }
        });
        return command;
    }
}
