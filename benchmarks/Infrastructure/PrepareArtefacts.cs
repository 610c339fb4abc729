using System.Diagnostics;
using BenchmarkDotNet.Validators;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>Builds the model files of the chosen cases before the first of them starts.</summary>
/// <remarks>A validator, because that is where BenchmarkDotNet tells which cases were chosen. What cannot be built becomes the case's gap, with its reason.</remarks>
sealed class PrepareArtefacts : IValidator
{
    public bool TreatsWarningsAsErrors => true;

    public IEnumerable<ValidationError> Validate(ValidationParameters parameters)
    {
        var variants = parameters.Benchmarks
            .Where(b => typeof(VariantBenchmarks).IsAssignableFrom(b.Descriptor.Type))
            .Select(b => (string)b.Parameters[nameof(VariantBenchmarks.Variant)]!)
            .Distinct()
            .ToList();
        var clock = Stopwatch.StartNew();
        foreach (var (index, variant) in variants.Index())
        {
            Console.WriteLine($"Preparing {index + 1} of {variants.Count}: {BenchmarkModel.Current.Name}, {variant}");
            var shown = clock.Elapsed;
            try
            {
                ForwardCase.Prepare(variant, BenchmarkModel.DefaultSize, (recipe, done, of) =>
                {
                    if (clock.Elapsed - shown < TimeSpan.FromSeconds(5)) { return; }
                    shown = clock.Elapsed;
                    Console.WriteLine($"  {recipe}: {done} of {of}");
                });
            }
            catch (Exception reason)
            {
                // One that cannot be built must not stop the others: its case fails again, with its reason, and is shown as a gap.
                Console.WriteLine($"  not possible: {reason.Message}");
            }
        }

        return [];
    }
}
