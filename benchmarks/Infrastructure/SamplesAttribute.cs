using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Jobs;

namespace DetrPerfLab.Benchmarks;

/// <summary>How many samples a suite takes where it needs others than <see cref="LabConfig"/> says.</summary>
/// <param name="full">In a full run.</param>
/// <param name="quick">With <c>--quick</c>.</param>
[AttributeUsage(AttributeTargets.Class)]
sealed class SamplesAttribute(int full, int quick)
    : JobMutatorConfigBaseAttribute(Job.Default.WithIterationCount(CaseProcess.IsQuick ? quick : full))
{
    /// <summary>In this run.</summary>
    internal int Count { get; } = CaseProcess.IsQuick ? quick : full;
}
