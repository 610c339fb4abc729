namespace DetrPerfLab.Engines;

/// <summary>The measured peak for the operations of a variant, with the threads of the case.</summary>
public static class VariantPeak
{
    const string Float32 = "fp32", Int8 = "int8";

    /// <summary>
    /// The rate at which all operations would be done were each done at the peak of its precision: total over (8-bit ones over the peak of int8 + the others over that of fp32).
    /// fp16 and bf16 are held against a peak of their own where the machine has one, else against fp32, in which they compute then.
    /// More threads than cores reach the peak of all cores; between one and all the peak lies on the line between.
    /// <paramref name="int8Share"/> is the share of the operations that run on 8-bit integers, in [0, 1]; null where it is not known.
    /// Null where the machine was not probed in a precision that it computes in (int8, or bf16 on a processor that has it), or the share is not known.
    /// </summary>
    public static PeakInfo? PeakOf(VariantName variant, MachineInfo machine, int threads, double? int8Share)
    {
        if (int8Share > 0) { return Mixed(At(Int8, machine, threads), At(Float32, machine, threads), int8Share.Value); }
        if (variant.Precision == Precision.Int8 && int8Share is null) { return null; }
        var own = variant.Precision is Precision.Fp16 or Precision.Bf16 && machine.Peaks.Any(p => p.Precision == variant.PrecisionName) ? variant.PrecisionName : null;
        var computesInOwn = variant.Precision == Precision.Bf16 && machine.Isa.Any(i => i.EndsWith("_bf16", StringComparison.Ordinal));
        return own is null && computesInOwn ? null : At(own ?? Float32, machine, threads);
    }

    /// <summary>Harmonic mean by operations, since their times add up.</summary>
    static PeakInfo? Mixed(PeakInfo? int8, PeakInfo? float32, double share)
    {
        if (share >= 1 || int8 is null || float32 is null) { return share >= 1 ? int8 : null; }
        return new(
            string.Create(CultureInfo.InvariantCulture, $"{Int8} ({share:0 %}) and {Float32}"),
            1 / ((share / int8.GflopsPerSecond) + ((1 - share) / float32.GflopsPerSecond)),
            $"{int8.How}; {float32.How}")
        { Threads = int8.Threads };
    }

    static PeakInfo? At(string precision, MachineInfo machine, int threads)
    {
        threads = Math.Min(threads, machine.Cores);
        // Older files tell no threads: they probed all cores.
        var peaks = machine.Peaks.Where(p => p.Precision == precision).Select(p => p with { Threads = p.Threads ?? machine.Cores }).OrderBy(p => p.Threads).ToList();
        if (peaks.FirstOrDefault(p => p.Threads == threads) is { } probed) { return probed; }
        if (peaks is not [{ Threads: int few } least, .., { Threads: int many } most] || threads < few || threads > many) { return null; }
        var rate = least.GflopsPerSecond + ((most.GflopsPerSecond - least.GflopsPerSecond) * (threads - few) / (many - few));
        return new(precision, rate, $"{most.How}, between the rates of {few} and {many} threads") { Threads = threads };
    }
}
