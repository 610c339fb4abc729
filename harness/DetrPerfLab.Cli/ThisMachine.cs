namespace DetrPerfLab.Cli;

/// <summary>The machine as results name it.</summary>
static class ThisMachine
{
    internal static MachineInfo Read() =>
        MachineProbe.Read(new Dictionary<string, string>([.. EnginePackages.Describe(), .. VisionPackages.Describe(), .. ReportPackages.Describe()]));

    /// <summary>With its peak rates, measured where they are not known yet.</summary>
    internal static MachineInfo ReadWithPeaks(string cacheFolder) => PeakProbe.WithPeaks(Read(), cacheFolder, Int8Peak);

    /// <summary>The better of the two kinds of kernel: which one that is differs between processors.</summary>
    static IEnumerable<PeakInfo> Int8Peak(int threads)
    {
        using var product = Int8Kernel.MatMul(threads);
        using var convolution = Int8Kernel.Convolution(threads);
        var attained = new[] { product, convolution }.Select(k => PeakProbe.Attain(new ActionOperation(k.Run), k.Operations, "int8", k.How));
        return [attained.MaxBy(p => p.GflopsPerSecond)!];
    }
}
