using BenchmarkDotNet.Attributes;
using DetrPerfLab.Engines;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>One forward pass of each variant of a suite, DETR-R50 at 800x1066, one image. Decode, resize and post-processing are measured elsewhere.</summary>
/// <remarks>Type, method and parameter names form the result id: add a benchmark, never rename one.</remarks>
public abstract class VariantBenchmarks
{
    ForwardCase _case = null!;

    /// <summary>The suite's variants, from the plainest to the most optimised.</summary>
    public IEnumerable<string> Variants => VariantNames;

    /// <summary>What a suite overrides; BenchmarkDotNet finds <see cref="Variants"/> by name and would find an override twice.</summary>
    protected abstract IReadOnlyList<string> VariantNames { get; }

    [ParamsSource(nameof(Variants))]
    public string Variant { get; set; } = "";

    [GlobalSetup]
    public void Setup() => _case = ForwardCase.Start(
        ResultJoin.IdOf(Suite.Name, nameof(Forward), [(nameof(Variant), Variant)]), Variant, BenchmarkModel.DefaultSize, new EngineSettings());

    [Benchmark]
    public void Forward() => _case.Run();

    [GlobalCleanup]
    public void Cleanup() => _case.Dispose();

    /// <summary>The class as written: in a case's process BenchmarkDotNet runs one that it derived from it.</summary>
    Type Suite => GetType().Assembly == typeof(VariantBenchmarks).Assembly ? GetType() : GetType().BaseType!;
}
