using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab history</c>: one machine's results over commits, and what changed from which commit on.</summary>
static class HistoryCommand
{
    internal static Command Create()
    {
        var results = new Option<string>("--results") { Description = "Results folder whose git history is read.", DefaultValueFactory = _ => LabPaths.Results };
        var from = new Option<string?>("--from") { Description = "Folder of stored results instead of a git history: every <machine>/<suite>.json below it, in the order measured." };
        var pattern = new Option<string?>("--case") { Description = "Which cases, by their ids with * and ?, for example '*Precision*int8*'." };
        var machine = new Option<string?>("--machine") { Description = "Fingerprint of the machine, or part of its folder's name; default: the machine that measured last." };
        var output = new OutputFolder("--out") { Description = "Folder for the charts; default: plots/history of this checkout for its own results, else plots/history below those that are read." };
        var json = new OutputFile("--json") { Description = "File for the same as JSON." };
        var command = new Command("history", "Shows one machine's results over commits and the changes among them. It advises; the exit code is 0 whatever changed.")
        {
            results, from, pattern, machine, output, json,
        };
        command.OnlyWith(results, "a git history, without --from,", result => result.GetValue(from) is null);
        command.SetAction(parsed =>
        {
            var report = HistoryReporter.Write(new HistoryOptions
            {
                ResultsDir = parsed.GetValue(results)!,
                FromDir = parsed.GetValue(from),
                CasePattern = parsed.GetValue(pattern),
                Machine = parsed.GetValue(machine),
                OutDir = parsed.GetValue(output) ?? Path.Combine(BenchOptions.PlotsOf(parsed.GetValue(from) ?? parsed.GetValue(results)!), "history"),
            });
            foreach (var warning in report.Warnings) { parsed.InvocationConfiguration.Error.WriteLine($"detrlab: {warning}"); }
            foreach (var line in report.Lines) { parsed.InvocationConfiguration.Output.WriteLine(line); }
            if (report.Charts.Count > 0) { parsed.InvocationConfiguration.Output.WriteLine($"{report.Charts.Count} pictures in {Path.GetDirectoryName(report.Charts[0])}"); }
            if (parsed.GetValue(json) is { } file) { LabJson.Write(file, report.Facts); }
        });
        return command;
    }
}
