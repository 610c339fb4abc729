namespace DetrPerfLab.Core;

/// <summary>An estimate and the interval that holds the true value with a stated confidence.</summary>
/// <param name="Value">The estimate from the data.</param>
/// <param name="Lower">Lower end.</param>
/// <param name="Upper">Upper end.</param>
/// <param name="Level">Confidence in (0, 1), for example 0.95.</param>
public readonly record struct Interval(double Value, double Lower, double Upper, double Level)
{
    /// <summary>The same in another unit, for example percent.</summary>
    public Interval Scale(double factor) =>
        factor >= 0 ? new(Value * factor, Lower * factor, Upper * factor, Level) : new(Value * factor, Upper * factor, Lower * factor, Level);

    /// <summary>For example <c>-0.2 [-0.9, +0.4]</c>.</summary>
    /// <param name="format">Of each number, for example <c>+0.0;-0.0;0.0</c>.</param>
    public string ToString(string format) =>
        string.Create(CultureInfo.InvariantCulture, $"{Value.ToString(format, CultureInfo.InvariantCulture)} [{Lower.ToString(format, CultureInfo.InvariantCulture)}, {Upper.ToString(format, CultureInfo.InvariantCulture)}]");
}
