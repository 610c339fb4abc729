namespace DetrPerfLab.Onnx;

/// <summary>The interval of real values that a quantised tensor shall hold; values beyond it saturate.</summary>
/// <param name="Min">Lower end.</param>
/// <param name="Max">Upper end, not below <paramref name="Min"/>.</param>
public readonly record struct TensorRange(double Min, double Max)
{
    /// <summary>The smallest interval that holds this one and 0: zero padding, masks and ReLU need 0 to be exact.</summary>
    public TensorRange WithZero() => new(Math.Min(Min, 0), Math.Max(Max, 0));
}
