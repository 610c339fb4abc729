namespace DetrPerfLab.Core;

/// <summary>The element types that cross the border of an engine.</summary>
public enum ElementType
{
    Float32,
    Int64,
}

/// <summary>Name (the ecosystem's, for example <c>pixel_values</c>), type and shape of one input or output of a model.</summary>
public sealed record TensorSpec(string Name, ElementType Type, IReadOnlyList<Dimension> Dimensions)
{
    public override string ToString() => $"{Name} {Type.ToString().ToLowerInvariant()} [{string.Join(',', Dimensions)}]";
}

/// <summary>One axis: a fixed length, or -1 and a symbol, for example <c>N</c>, for a length known only at run time.</summary>
public readonly record struct Dimension(long Length, string? Symbol)
{
    public static implicit operator Dimension(long length) => new(length, null);

    public static implicit operator Dimension(string symbol) => new(-1, symbol);

    public bool IsFixed => Symbol is null;

    public override string ToString() => Symbol ?? Length.ToString();
}
