using DetrPerfLab.Core;

namespace DetrPerfLab.Engines;

/// <summary>Which of the machine's peaks a variant is held against.</summary>
public static class VariantPeak
{
    const string Float32 = "fp32";

    /// <summary>The peak of the variant's precision: int8 for those with int8 in their name; bf16 or fp16 where the machine has such a peak; else fp32, in which they compute then.</summary>
    /// <param name="variant">A variant's name.</param>
    /// <param name="machine">With its peaks.</param>
    /// <returns>Null where the machine was not probed in the precision that it computes in: int8, or bf16 on a processor that has it.</returns>
    public static PeakInfo? PeakOf(string variant, MachineInfo machine)
    {
        var parts = variant.Split('-');
        var own = machine.Peaks.FirstOrDefault(p => p.Precision != Float32 && parts.Contains(p.Precision));
        var computesInOwn = parts.Contains("int8") || (parts.Contains("bf16") && machine.Isa.Any(i => i.EndsWith("_bf16", StringComparison.Ordinal)));
        return own ?? (computesInOwn ? null : machine.Peaks.FirstOrDefault(p => p.Precision == Float32));
    }
}
