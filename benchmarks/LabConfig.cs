using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Order;
using BenchmarkDotNet.Toolchains;
using Perfolizer.Horology;
using Perfolizer.Mathematics.OutlierDetection;

namespace DetrPerfLab.Benchmarks;

/// <summary>How every suite is run, with the reason of each choice.</summary>
static class LabConfig
{
    internal static Type[] Suites { get; } = [.. typeof(LabConfig).Assembly.GetTypes().Where(t => t.IsPublic && !t.IsAbstract && t.Name.EndsWith("Benchmarks", StringComparison.Ordinal))];

    internal static ManualConfig Create(RunOptions options, IToolchain toolchain, string artifacts, ResultBook book) => ManualConfig.CreateEmpty()
        .AddJob(Job.Default
            // Each case in a fresh process: no case inherits another's heap, thread pool or library state.
            .WithToolchain(toolchain)
            .WithRuntime(CoreRuntime.Core10_0)
            // Outliers are what a server's p99 is made of: kept and counted.
            .WithOutlierMode(OutlierMode.DontRemove)
            // A server does not collect between two images either.
            .WithGcForce(false)
            .AsMutator())
        // The screen shows a line a case; BenchmarkDotNet's log lies in a file beside its exports.
        .AddLogger(options.Verbose || options.AsksOnly ? ConsoleLogger.Default : NullLogger.Instance)
        .AddColumn(ResultBook.Column.All(book))
        .AddExporter(MarkdownExporter.GitHub, JsonExporter.Full)
        // Rows run in the order of the file: naive first, fastest last.
        .WithOrderer(new DefaultOrderer())
        .WithArtifactsPath(artifacts);
}

/// <summary>For operations from a tenth of a second to several: one is one sample, and no pilot run is needed.</summary>
/// <param name="full">Samples of a case; fifteen narrow an interval to a few percent.</param>
/// <param name="quick">With <c>--quick</c>; six are the least that an interval can be made of.</param>
/// <remarks>No warm-up of BenchmarkDotNet's: cases warm up themselves until steady (DetrPerfLab.Measure.WarmUp) and report what they spent.</remarks>
[AttributeUsage(AttributeTargets.Class)]
sealed class SamplesAttribute(int full, int quick) : JobMutatorConfigBaseAttribute(Job.Default
    .WithStrategy(RunStrategy.Monitoring).WithInvocationCount(1).WithUnrollFactor(1).WithWarmupCount(0).WithIterationCount(RunOptions.IsQuick ? quick : full))
{
    internal int Count { get; } = RunOptions.IsQuick ? quick : full;
}

/// <summary>For operations from microseconds to tens of milliseconds: BenchmarkDotNet repeats them until a sample lasts long enough for the clock.</summary>
/// <remarks>Warm-up of 1.5 s: vectorised code is slow until the runtime has compiled it a second and a third time, each after a pause of 100 ms. 64 samples are
/// the least that a p90 can be told from. The loop around an operation costs nanoseconds: not measured apart.</remarks>
[AttributeUsage(AttributeTargets.Class)]
sealed class ShortOperationsAttribute() : JobMutatorConfigBaseAttribute(Job.Default
    .WithStrategy(RunStrategy.Throughput).WithIterationTime(TimeInterval.FromMilliseconds(25)).WithUnrollFactor(1).WithEvaluateOverhead(false)
    .WithWarmupCount(60).WithIterationCount(RunOptions.IsQuick ? 20 : 64));
