namespace DetrPerfLab.Vision;

/// <summary>Pillow's filters, by the numbers that it and <c>preprocessor_config.json</c> give them.</summary>
public enum ResampleKernel
{
    Nearest = 0,
    Lanczos = 1,
    Bilinear = 2,
    Bicubic = 3,
    Box = 4,
    Hamming = 5,
}

/// <remarks>Source: Pillow 9.4, src/libImaging/Resample.c, the filters and their supports.</remarks>
static class ResampleKernels
{
    /// <summary>How far a filter reaches to each side, in pixels of the smaller picture.</summary>
    internal static double Support(this ResampleKernel kernel) => kernel switch
    {
        ResampleKernel.Lanczos => 3,
        ResampleKernel.Bicubic => 2,
        ResampleKernel.Box => 0.5,
        _ => 1,
    };

    internal static double At(this ResampleKernel kernel, double x) => kernel switch
    {
        ResampleKernel.Lanczos => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0,
        ResampleKernel.Bicubic => Cubic(Math.Abs(x)),
        ResampleKernel.Box => x is > -0.5 and <= 0.5 ? 1 : 0,
        ResampleKernel.Hamming => Hamming(Math.Abs(x)),
        _ => Math.Abs(x) is < 1 and var distance ? 1 - distance : 0,
    };

    static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x * Math.PI) / (x * Math.PI);

    static double Hamming(double x) => x == 0 ? 1 : x >= 1 ? 0 : Math.Sin(x * Math.PI) / (x * Math.PI) * (0.54 + (0.46 * Math.Cos(x * Math.PI)));

    static double Cubic(double x)
    {
        const double A = -0.5;
        return x < 1 ? (((A + 2) * x - (A + 3)) * x * x) + 1
            : x < 2 ? (((x - 5) * x + 8) * x - 4) * A
            : 0;
    }
}
