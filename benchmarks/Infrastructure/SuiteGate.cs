using System.Diagnostics;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.ConsoleArguments;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;

namespace DetrPerfLab.Benchmarks;

/// <summary><c>run-all.sh --filter '*Precision*' --gate REF</c>: the suites' cases, held against another build of the lab by <c>detrlab gate</c>.</summary>
static class SuiteGate
{
    internal static int Run(string reference, RunOptions options, Type[] suites)
    {
        var (cases, left) = CasesOf(options, suites);
        if (left.Count > 0) { Console.Error.WriteLine($"Left out, since a gate times single images of one variant: {string.Join(", ", left)}"); }
        if (cases.Count == 0) { throw LabError.BadInput("The filter matches no case that a gate can time: a variant, or a variant at a size. Take the engine, precision or resolution suite: --filter '*Precision*'"); }
        var command = Path.Combine(LabPaths.Root, "harness", "DetrPerfLab.Cli");
        using var gate = Process.Start(new ProcessStartInfo("dotnet", ["run", "-c", "Release", "--project", command, "--", "gate", "--base", reference, "--head", LabPaths.Root, "--case", .. cases]))!;
        gate.WaitForExit();
        return gate.ExitCode;
    }

    /// <summary>As <c>--case</c> names them, and the suites whose rows are something else.</summary>
    internal static (IReadOnlyList<string> Cases, IReadOnlyList<string> Left) CasesOf(RunOptions options, Type[] suites)
    {
        var config = ManualConfig.CreateEmpty();
        if (ConfigParser.Parse(options.Rest, NullLogger.Instance, config) is not (true, { } chosen, _)) { throw LabError.BadInput($"BenchmarkDotNet does not know the options '{string.Join(' ', options.Rest)}'."); }
        var rows = suites.SelectMany(suite => BenchmarkConverter.TypeToBenchmarks(suite, ManualConfig.Union(config, chosen)).BenchmarksCases.Select(b => (Suite: suite, Row: SuiteCase.Of(b)))).ToList();
        bool IsPlain((Type Suite, SuiteCase Row) r) => r.Suite.IsSubclassOf(typeof(ForwardBenchmarks)) && VariantName.TryParse(r.Row.Variant) is not null && Array.TrueForAll(r.Row.Parameters, p => p.Name == "Size");
        return (
            [.. rows.Where(IsPlain).Select(r => $"{options.Model}/{r.Row.Variant}{(r.Row["Size"] is { } side ? $"@{side}" : "")}").Distinct()],
            [.. rows.Where(r => !IsPlain(r)).Select(r => r.Suite.Name).Distinct()]);
    }
}
