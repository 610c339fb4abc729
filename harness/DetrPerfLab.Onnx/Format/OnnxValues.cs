namespace DetrPerfLab.Onnx;

/// <summary>Names, types and shapes of a graph's values.</summary>
static class OnnxValues
{
    /// <summary>Declares a tensor; <paramref name="shape"/> null where even the rank is unknown.</summary>
    internal static ValueInfoProto Create(string name, DataType type, IReadOnlyList<Dimension>? shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type };
        if (shape is not null)
        {
            tensor.Shape = new TensorShapeProto();
            tensor.Shape.Dim.AddRange(shape.Select(d => d.Symbol is { } symbol
                ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
                : new TensorShapeProto.Types.Dimension { DimValue = d.Length }));
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    /// <summary>The element type; <see cref="DataType.Undefined"/> for what is no tensor or has no type.</summary>
    internal static DataType ElementType(this ValueInfoProto value) => (DataType)(value.Type?.TensorType?.ElemType ?? 0);

    /// <summary>One entry an axis; <c>?</c> for an axis of which nothing is known; null where even the rank is unknown.</summary>
    internal static IReadOnlyList<Dimension>? Shape(this ValueInfoProto value) =>
        value.Type?.TensorType?.Shape is not { } shape ? null
        : [.. shape.Dim.Select(d => d.HasDimValue ? new Dimension(d.DimValue, null) : new Dimension(-1, d.DimParam is { Length: > 0 } symbol ? symbol : "?"))];
}
