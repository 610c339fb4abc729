using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;

namespace DetrPerfLab.Benchmarks;

/// <summary>Where native code takes memory from: glibc as it comes, glibc told to keep what is freed, and the allocators that people put in its place.</summary>
[Config(typeof(Allocators))]
public class AllocatorBenchmarks : ForwardBenchmarks
{
    const string Plain = "glibc";

    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        .. from variant in (string[])[VariantName.Baseline, "torch-fp32-fused", VariantName.OrtFp32]
           from allocator in (string[])[Plain, Suites.KeptMemory, .. NativeAllocator.Others]
           select new SuiteCase(variant, ("Allocator", allocator)) { Job = NativeAllocator.Others.Contains(allocator) ? allocator : Plain },
    ];

    private protected override VariantCase CaseOf(SuiteCase row) => BenchmarkModel.CaseOf(row, BenchmarkModel.DefaultSize);

    internal override CaseWork Open(SuiteCase row)
    {
        if (row["Allocator"] == Suites.KeptMemory) { NativeAllocator.KeepFreedMemory(); }
        else if (row.Job != Plain) { NativeAllocator.Require(row.Job!); }
        return base.Open(row);
    }

    /// <summary>A job an allocator that must be there before the program is: each row runs under its own.</summary>
    sealed class Allocators : ManualConfig
    {
        public Allocators()
        {
            AddJob(Job.Default.WithId(Plain));
            foreach (var name in NativeAllocator.Others)
            {
                var variables = NativeAllocator.VariablesOf(name).Select(v => new EnvironmentVariable(v.Key, v.Value)).ToArray();
                AddJob(Job.Default.WithId(name).WithEnvironmentVariables(variables)); // without it the row says what to install
            }

            AddFilter(new SimpleFilter(b => b.Job.Id == SuiteCase.Of(b).Job));
        }
    }
}
