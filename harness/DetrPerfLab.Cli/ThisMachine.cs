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
        using var product = new Int8MatMul(threads);
        using var convolution = new Int8Convolution(threads);
        var byProduct = PeakProbe.Attain(new ActionOperation(product.Run), Int8MatMul.Operations, "int8", Int8MatMul.How);
        var byConvolution = PeakProbe.Attain(new ActionOperation(convolution.Run), Int8Convolution.Operations, "int8", Int8Convolution.How);
        return [byProduct.GflopsPerSecond >= byConvolution.GflopsPerSecond ? byProduct : byConvolution];
    }
}
