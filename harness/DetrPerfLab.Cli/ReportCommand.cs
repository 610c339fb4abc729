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
        var fleet = new Option<string[]>("--fleet") { Description = "Results folders of several machines, for example results/*: writes fleet.md, fleet.html and a heat map instead, which machine suits.", AllowMultipleArgumentsPerToken = true };
        var price = new Option<string[]>("--price") { Description = "With --fleet: price an hour of a machine, PART-OF-ITS-FOLDER'S-NAME=NUMBER; several, one each.", AllowMultipleArgumentsPerToken = true };
        var howFast = new OutputFile("--how-fast") { Description = "Also write a page on where each millisecond goes in five engines, from the precision suite." };
        var command = new Command("report", "Draws the charts and writes report.md and report.html from result files.")
        {
            results, plots, noCharts, output, machine, baseline, apLoss, changes, memory, latency, compare, across, howFast, fleet, price,
        };
        command.OnlyWith(price, "--fleet", result => result.GetResult(fleet) is not null);
        foreach (var option in new Option[] { results, machine, baseline, compare, howFast, plots }) { command.OnlyWith(option, "the report of one machine, without --fleet,", result => result.GetResult(fleet) is null); }
        command.OnlyWith(across, "--compare", result => result.GetValue(compare) is not null);
        command.OnlyWith(plots, "charts, without --no-charts", result => !result.GetValue(noCharts));
        command.SetAction(parsed =>
        {
            var limits = new Limits
            {
                MaxApLoss = parsed.GetValue(apLoss),
                MaxMemoryBytes = parsed.GetValue(memory) * 1024 * 1024,
                MaxLatencyMs = parsed.GetValue(latency),
                MaxClassChanges = parsed.GetValue(changes) / 100,
            };
            if (parsed.GetValue(fleet) is { Length: > 0 } machines)
            {
                Print(Reporter.WriteFleet(machines, Prices(parsed.GetValue(price) ?? []), limits, parsed.GetValue(output) ?? LabPaths.Results, !parsed.GetValue(noCharts)), parsed);
                return;
            }

            var drawn = parsed.GetValue(plots) ?? BenchOptions.PlotsOf(parsed.GetValue(results)!);
            var files = Reporter.Write(new ReportOptions
            {
                ResultsDir = parsed.GetValue(results)!,
                PlotsDir = parsed.GetValue(noCharts) ? null : drawn,
                OutDir = parsed.GetValue(output),
                Machine = parsed.GetValue(machine),
                Limits = limits,
                Baseline = parsed.GetValue(baseline),
                CompareDir = parsed.GetValue(compare),
                CompareAcrossMachines = parsed.GetValue(across),
            });
            Print(files, parsed);
            if (parsed.GetValue(howFast) is { } page)
            {
                Reporter.WriteHowFast(parsed.GetValue(results)!, parsed.GetValue(machine), page);
                parsed.InvocationConfiguration.Output.WriteLine(page);
            }
        });
        return command;
    }

    static void Print(ReportFiles files, ParseResult parsed)
    {
        var text = parsed.InvocationConfiguration.Output;
        text.WriteLine(files.Answer);
        text.WriteLine(files.Markdown);
        text.WriteLine(files.Html);
        if (files.Charts.Count > 0) { text.WriteLine($"{files.Charts.Count} pictures in {Path.GetDirectoryName(files.Charts[0])}"); }
        foreach (var warning in files.Warnings) { parsed.InvocationConfiguration.Error.WriteLine($"detrlab: {warning}"); }
    }

    static Dictionary<string, double> Prices(IEnumerable<string> given)
    {
        var prices = new Dictionary<string, double>(StringComparer.OrdinalIgnoreCase);
        foreach (var text in given)
        {
            if (text.Split('=') is not [{ Length: > 0 } machine, var number] || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value <= 0) { throw LabError.OutOfRange($"'{text}'", "part of a machine's folder name and a price an hour, such as epyc=0.34", "--price"); }
            prices[machine] = value;
        }

        return prices;
    }
}
