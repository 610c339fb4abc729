using System.Collections.Immutable;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Order;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using DetrPerfLab.Engines;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>Runs and shows variants in the registry's order, from the plainest to the most optimised; BenchmarkDotNet's own order is the alphabet's.</summary>
sealed class StoryOrder() : DefaultOrderer(SummaryOrderPolicy.Declared)
{
    static readonly Dictionary<string, int> s_place = VariantRegistry.All.Index().ToDictionary(v => v.Item.Name, v => v.Index);

    public override IEnumerable<BenchmarkCase> GetExecutionOrder(ImmutableArray<BenchmarkCase> benchmarksCase, IEnumerable<BenchmarkLogicalGroupRule>? order = null) =>
        base.GetExecutionOrder(benchmarksCase, order).OrderBy(Place);

    protected override IEnumerable<BenchmarkCase> GetSummaryOrderForGroup(ImmutableArray<BenchmarkCase> benchmarksCase, Summary summary) =>
        base.GetSummaryOrderForGroup(benchmarksCase, summary).OrderBy(Place);

    static int Place(BenchmarkCase benchmark) => benchmark.Parameters[nameof(VariantBenchmarks.Variant)] is string variant && s_place.TryGetValue(variant, out var place) ? place : 0;
}
