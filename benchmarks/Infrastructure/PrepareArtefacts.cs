using System.Diagnostics;
using BenchmarkDotNet.Validators;

namespace DetrPerfLab.Benchmarks;

/// <summary>Builds the model files and references of the chosen cases before the first of them starts.</summary>
/// <remarks>A validator, because that is where BenchmarkDotNet tells which cases were chosen. What cannot be built becomes the case's gap, with its reason.</remarks>
sealed class PrepareArtefacts : IValidator
{
    static readonly TimeSpan s_between = TimeSpan.FromSeconds(5);

    public bool TreatsWarningsAsErrors => true;

    public IEnumerable<ValidationError> Validate(ValidationParameters parameters)
    {
        var clock = Stopwatch.StartNew();
        var shown = clock.Elapsed;
        foreach (var benchmark in parameters.Benchmarks)
        {
            var (suite, row) = ((SuiteBenchmarks)Activator.CreateInstance(benchmark.Descriptor.Type)!, ResultJoin.RowOf(benchmark));
            try
            {
                suite.Prepare(row, (what, done, of) =>
                {
                    if (clock.Elapsed - shown < s_between) { return; }
                    shown = clock.Elapsed;
                    Console.WriteLine($"Preparing {what}: {done} of {of}");
                });
            }
            catch (Exception reason)
            {
                // One that cannot be built must not stop the others: its case fails again, with its reason, and is shown as a gap.
                Console.WriteLine($"Preparing {row}: not possible: {reason.Message}");
            }
        }

        if (clock.Elapsed > s_between) { Console.WriteLine($"Prepared model files and reference outputs in {clock.Elapsed.TotalSeconds:F0} s"); }
        return [];
    }
}
