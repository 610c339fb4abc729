namespace DetrPerfLab.Tests.Onnx;

/// <summary>Calibrators against distributions whose answer is known.</summary>
public class CalibratorTests
{
    const int Count = 1_000_000;

    // Quantiles instead of random numbers: the histogram is that of the distribution itself.
    static ActivationHistogram Of(Func<double, double> quantile, params float[] outliers)
    {
        var histogram = new ActivationHistogram();
        histogram.Add([.. Enumerable.Range(0, Count).Select(i => (float)quantile((i + 0.5) / Count))]);
        histogram.Add(outliers);
        return histogram;
    }

    static double Uniform(double p) => (2 * p) - 1;

    static double Laplace(double p) => p < 0.5 ? Math.Log(2 * p) : -Math.Log(2 * (1 - p));

    [Fact]
    public void MinMax_AnyValues_AreTheExtremesAndZero()
    {
        var histogram = new ActivationHistogram();
        histogram.Add([3, 7.5f, 4]);
        Assert.Equal(new TensorRange(0, 7.5), Calibrator.Choose(CalibrationMethod.MinMax, histogram, 100));
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(99, 0.99)]
    [InlineData(90, 0.9)]
    public void Percentile_Uniform_IsTheQuantile(double percentile, double expected)
    {
        var range = Calibrator.Percentile(Of(Uniform), percentile);
        Assert.Equal(expected, range.Max, 3); // a bin is 1/4096 wide
        Assert.Equal(-expected, range.Min, 3);
    }

    [Fact]
    public void Percentile_FewOutliers_AreCut()
    {
        var range = Calibrator.Percentile(Of(Uniform, 100, -50), 99.99);
        Assert.InRange(range.Max, 0.99, 1.03); // bins grew to 1/32 with the outlier
        Assert.InRange(range.Min, -1.03, -0.99);
    }

    [Fact]
    public void Percentile_MostlyZeros_KeepsTheRange()
    {
        var histogram = new ActivationHistogram();
        histogram.Add(new float[100_000]);
        histogram.Add([.. Enumerable.Range(1, 1000).Select(i => i / 1000f)]);
        Assert.InRange(Calibrator.Percentile(histogram, 99.99).Max, 0.98, 1);
        Assert.Equal(0, Calibrator.Percentile(histogram, 99.99).Min);
    }

    [Fact]
    public void Mse_Laplace_IsThePublishedClipping()
    {
        // Banner et al. (ACIQ), table of optimal clipping: 9.89 b for 8 bits and a Laplace distribution.
        // Flat optimum and a finite sample: within 5 per cent.
        var range = MseCalibrator.Choose(Of(Laplace), steps: 255);
        Assert.InRange(range.Max, 9.89 * 0.95, 9.89 * 1.05);
        Assert.InRange(-range.Min, 9.89 * 0.95, 9.89 * 1.05);
    }

    [Fact]
    public void Mse_Uniform_IsTheFullRange()
    {
        var range = MseCalibrator.Choose(Of(Uniform), steps: 255);
        Assert.InRange(range.Max, 0.995, 1.0);
        Assert.InRange(range.Min, -1.0, -0.995);
    }

    [Fact]
    public void Mse_BeatsMinMaxOnLongTails()
    {
        var histogram = Of(Laplace, 60);
        Assert.True(Error(MseCalibrator.Choose(histogram, 255)) < 0.3 * Error(histogram.Range));

        static double Error(TensorRange range)
        {
            var p = QuantizationParameters.Asymmetric(range, QuantizedType.UInt8);
            return Enumerable.Range(0, 10_000).Select(i => Laplace((i + 0.5) / 10_000)).Select(v => Math.Pow(((p.Quantize((float)v) - p.ZeroPoint) * p.Scale) - v, 2)).Sum();
        }
    }

    [Fact]
    public void Entropy_Uniform_IsTheFullRange()
    {
        var range = EntropyCalibrator.Choose(Of(Uniform), levels: 256);
        Assert.InRange(range.Max, 0.97, 1.0);
    }

    [Fact]
    public void Entropy_FarOutlier_IsCut()
    {
        // Laplace reaches 14 here. Kept to 200, one level would be 0.8 wide, nearly the whole of its peak.
        var range = EntropyCalibrator.Choose(Of(Laplace, 200), levels: 256);
        Assert.InRange(range.Max, 5, 60);
    }

    [Theory]
    [InlineData(CalibrationMethod.MinMax)]
    [InlineData(CalibrationMethod.Percentile)]
    [InlineData(CalibrationMethod.Entropy)]
    [InlineData(CalibrationMethod.Mse)]
    public void Choose_NothingOrZerosSeen_IsTheEmptyRange(CalibrationMethod method)
    {
        var histogram = new ActivationHistogram();
        Assert.Equal(default, Calibrator.Choose(method, histogram, 99.99));
        histogram.Add(new float[10]);
        Assert.Equal(default, Calibrator.Choose(method, histogram, 99.99));
    }

    [Theory]
    [InlineData(CalibrationMethod.MinMax)]
    [InlineData(CalibrationMethod.Percentile)]
    [InlineData(CalibrationMethod.Entropy)]
    [InlineData(CalibrationMethod.Mse)]
    public void Choose_AfterRelu_BeginsAtZero(CalibrationMethod method)
    {
        var range = Calibrator.Choose(method, Of(p => Math.Max(0, Laplace(p))), 99.99);
        Assert.Equal(0, range.Min);
        Assert.InRange(range.Max, 5, 14);
    }
}
