namespace DetrPerfLab.Core;

/// <summary>An estimate and the interval that holds the true value with a confidence of <c>Level</c>, for example 0.95.</summary>
public readonly record struct Interval(double Value, double Lower, double Upper, double Level)
{
    public Interval Scale(double factor) =>
        factor >= 0 ? new(Value * factor, Lower * factor, Upper * factor, Level) : new(Value * factor, Upper * factor, Lower * factor, Level);

    /// <summary>For example <c>-0.2 [-0.9, +0.4]</c>, each number in the format, for example <c>+0.0;-0.0;0.0</c>.</summary>
    public string ToString(string format) => $"{Value.ToString(format, CultureInfo.InvariantCulture)} [{Lower.ToString(format, CultureInfo.InvariantCulture)}, {Upper.ToString(format, CultureInfo.InvariantCulture)}]";
}
