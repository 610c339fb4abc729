using System.Collections.Immutable;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Order;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace DetrPerfLab.Benchmarks;

/// <summary>Runs and shows the rows of a suite in the order written, from the plainest to the most optimised; BenchmarkDotNet's own order is the alphabet's.</summary>
sealed class RowOrder() : DefaultOrderer(SummaryOrderPolicy.Declared)
{
    public override IEnumerable<BenchmarkCase> GetExecutionOrder(ImmutableArray<BenchmarkCase> benchmarksCase, IEnumerable<BenchmarkLogicalGroupRule>? order = null) =>
        base.GetExecutionOrder(benchmarksCase, order).OrderBy(b => ResultJoin.RowOf(b).Row);

    protected override IEnumerable<BenchmarkCase> GetSummaryOrderForGroup(ImmutableArray<BenchmarkCase> benchmarksCase, Summary summary) =>
        base.GetSummaryOrderForGroup(benchmarksCase, summary).OrderBy(b => ResultJoin.RowOf(b).Row);
}
