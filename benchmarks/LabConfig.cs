using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using Perfolizer.Mathematics.OutlierDetection;

namespace DetrPerfLab.Benchmarks;

/// <summary>How every suite is run, with the reason of each choice.</summary>
static class LabConfig
{
    /// <summary>Of a case, where its suite says nothing else: six are the least that an interval can be made of; fifteen narrow it to a few percent.</summary>
    internal static int Samples(bool quick) => quick ? 6 : 15;

    /// <param name="options">Quick: few repeats, an answer in minutes, with wide intervals.</param>
    /// <param name="place">Where processes and files come from.</param>
    /// <param name="factsFolder">Where cases leave what they know beside their times.</param>
    /// <param name="book">The columns show what it holds.</param>
    internal static ManualConfig Create(RunOptions options, RunPlace place, string factsFolder, ResultBook book)
    {
        var facts = CaseFacts.Variable(factsFolder);
        var job = Job.Default
            // Each case in a fresh process: no case inherits another's heap, thread pool or library state.
            .WithToolchain(place.Toolchain)
            .WithRuntime(HostBinariesToolchain.Runtime)
            // Operations last from half a second to several: one operation is one sample, and no pilot run is needed.
            .WithStrategy(RunStrategy.Monitoring)
            .WithInvocationCount(1)
            .WithUnrollFactor(1)
            // Cases warm up themselves until steady (DetrPerfLab.Measure.WarmUp) and report what they spent.
            .WithWarmupCount(0)
            .WithIterationCount(Samples(options.Quick))
            // Outliers are what a server's p99 is made of: kept and counted.
            .WithOutlierMode(OutlierMode.DontRemove)
            // A server does not collect between two images either.
            .WithGcForce(false)
            .WithEnvironmentVariables(new(facts.Name, facts.Folder), new(CaseProcess.QuickVariable, options.Quick ? "1" : "0"));

        return ManualConfig.CreateEmpty()
            .AddJob(job)
            // The screen shows a line a case; BenchmarkDotNet's log lies in a file beside its exports.
            .AddLogger(options.Verbose || options.AsksOnly ? ConsoleLogger.Default : NullLogger.Instance)
            .AddColumn(ResultColumn.All(book))
            .AddExporter(MarkdownExporter.GitHub, JsonExporter.Full)
            // Rows run in the order of the file: naive first, fastest last.
            .WithOrderer(new RowOrder())
            .WithArtifactsPath(place.Artifacts);
    }
}
