namespace DetrPerfLab.Core;

/// <summary>The element types that cross the border of an engine.</summary>
public enum ElementType
{
    /// <summary>IEEE 754 binary32.</summary>
    Float32,

    /// <summary>Signed 64-bit integer.</summary>
    Int64,
}

/// <summary>Name (the ecosystem's, for example <c>pixel_values</c>), type and shape of one input or output of a model.</summary>
public sealed record TensorSpec(string Name, ElementType Type, IReadOnlyList<Dimension> Dimensions)
{
    /// <summary>For example <c>pixel_values float32 [N,3,H,W]</c>.</summary>
    public override string ToString() => $"{Name} {Type.ToString().ToLowerInvariant()} [{string.Join(',', Dimensions)}]";
}

/// <summary>One axis: a fixed length, or -1 and a symbol, for example <c>N</c>, for a length known only at run time.</summary>
public readonly record struct Dimension(long Length, string? Symbol)
{
    /// <summary>A fixed axis.</summary>
    public static implicit operator Dimension(long length) => new(length, null);

    /// <summary>A dynamic axis.</summary>
    public static implicit operator Dimension(string symbol) => new(-1, symbol);

    /// <summary>Whether the length is known without an input.</summary>
    public bool IsFixed => Symbol is null;

    /// <summary>The length, or its symbol.</summary>
    public override string ToString() => Symbol ?? Length.ToString();
}
