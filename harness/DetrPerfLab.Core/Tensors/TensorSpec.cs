namespace DetrPerfLab.Core;

/// <summary>The element types that cross the border of an engine; what a file holds in others is converted there.</summary>
public enum ElementType
{
    Float32,
    Int64,
}

/// <summary>Name (the ecosystem's, for example <c>pixel_values</c>), type and shape of one input or output of a model.</summary>
public sealed record TensorSpec(string Name, ElementType Type, IReadOnlyList<Dimension> Dimensions)
{
    /// <summary>The type in the file, as ONNX names it (<c>float16</c>, <c>int32</c>, <c>bool</c>), where that is another than <see cref="Type"/>; null where it is the same.</summary>
    public string? StoredAs { get; init; }

    /// <summary>Whether the file tells its axes; a tensor without any is one of which it does not.</summary>
    public bool HasShape => Dimensions.Count > 0;

    public override string ToString() => $"{Name} {StoredAs ?? Type.ToString().ToLowerInvariant()} [{string.Join(',', Dimensions)}]";

    /// <summary>How a tensor of an ONNX type crosses the border of an engine: fractions and pixels as float32, whole numbers and truth values as int64; null for what is none of these.</summary>
    public static ElementType? Carrier(string onnxType) => onnxType switch
    {
        "float" or "float16" or "double" or "uint8" => ElementType.Float32, // bytes are pictures
        "int64" or "int32" or "bool" => ElementType.Int64,
        _ => null,
    };
}

/// <summary>One axis: a fixed length, or -1 and a symbol, for example <c>N</c>, for a length known only at run time.</summary>
public readonly record struct Dimension(long Length, string? Symbol)
{
    public static implicit operator Dimension(long length) => new(length, null);

    public static implicit operator Dimension(string symbol) => new(-1, symbol);

    public bool IsFixed => Symbol is null;

    public override string ToString() => Symbol ?? Length.ToString();
}
