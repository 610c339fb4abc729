using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using DetrPerfLab.Core;
using DetrPerfLab.Detecting;
using DetrPerfLab.Engines;
using DetrPerfLab.Measure;
using DetrPerfLab.Report;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>What lies around BenchmarkDotNet's run: the machine, the results, the report.</summary>
sealed class BenchmarkRun
{
    readonly RunOptions _options;
    readonly MachineInfo _machine = MachineProbe.Read(new Dictionary<string, string>([.. EnginePackages.Describe(), .. DetectionPackages.Describe(), .. ReportPackages.Describe()]));
    readonly ResultJoin _join;

    internal BenchmarkRun(RunOptions options)
    {
        _options = options;
        var facts = Directory.CreateTempSubdirectory("detrlab-cases-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(facts, recursive: true);
        _join = new(facts, CommitProbe.Read(LabPaths.Root), _machine.Fingerprint);
        Config = LabConfig.Create(options.Quick, facts, _join);
    }

    internal IConfig Config { get; }

    /// <summary>Quick results have wide intervals and must not take the place of full ones.</summary>
    string ResultsFolder => _options.Quick ? Path.Combine(LabPaths.Results, "quick") : LabPaths.Results;

    string PlotsFolder => _options.Quick ? Path.Combine(LabPaths.Plots, "quick") : LabPaths.Plots;

    /// <summary>Stores the results, writes the report and says where it lies.</summary>
    internal ExitCode Finish(IEnumerable<Summary> summaries)
    {
        var suites = summaries.Select(_join.Join).Where(results => results.Count > 0).ToList();
        if (suites.Count == 0) { return AsksOnly ? ExitCode.Done : ExitCode.BadInput; }

        var store = new ResultStore(ResultsFolder);
        foreach (var results in suites) { store.Merge(_machine, results[0].Suite, results); }
        var report = Reporter.Write(new ReportOptions { ResultsDir = ResultsFolder, Machine = Path.GetFileName(store.FolderOf(_machine)), PlotsDir = PlotsFolder });

        foreach (var results in suites) { SpeedUpText.Write(results, Console.Out); }
        Console.WriteLine(report.Answer);
        Console.WriteLine($"Report:  {Relative(report.Markdown)}, {Relative(report.Html)}");
        Console.WriteLine($"Charts:  {string.Join(", ", report.Charts.Select(Relative))}");
        foreach (var warning in report.Warnings) { Console.WriteLine($"Warning: {warning}"); }
        foreach (var result in suites.SelectMany(r => r).Where(r => r.Gap is not null)) { Console.WriteLine($"Gap:     {result.Id}: {result.Gap}"); }
        return suites.SelectMany(r => r).Any(_join.Failed) ? ExitCode.CheckFailed : ExitCode.Done;
    }

    bool AsksOnly => _options.Rest.Any(a => a is "--list" or "--help" or "--info" or "--version");

    static string Relative(string path) => Path.GetRelativePath(LabPaths.Root, path);
}
