namespace TorchSharp;

/// <summary>A number that is an argument of an operator.</summary>
public sealed class Scalar : IDisposable
{
    Scalar(bool isInteger, long integer, double real) => (IsInteger, Integer, Real) = (isInteger, integer, real);

    internal bool IsInteger { get; }

    internal long Integer { get; }

    internal double Real { get; }

    public static implicit operator Scalar(int value) => new(true, value, 0);

    public static implicit operator Scalar(long value) => new(true, value, 0);

    public static implicit operator Scalar(float value) => new(false, 0, value);

    public static implicit operator Scalar(double value) => new(false, 0, value);

    public void Dispose()
    {
        // The real one owns a native scalar; this one is a plain value.
    }
}
