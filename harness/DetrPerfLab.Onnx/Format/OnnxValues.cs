namespace DetrPerfLab.Onnx;

/// <summary>Names, types and shapes of a graph's values.</summary>
public static class OnnxValues
{
    /// <summary>Declares a tensor.</summary>
    /// <param name="name">Its name in the graph.</param>
    /// <param name="type">Type of the elements.</param>
    /// <param name="shape">A length or a symbol an axis; null where even the rank is unknown.</param>
    public static ValueInfoProto Create(string name, DataType type, IReadOnlyList<Dimension>? shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type };
        if (shape is not null)
        {
            tensor.Shape = new TensorShapeProto();
            foreach (var dimension in shape)
            {
                tensor.Shape.Dim.Add(dimension.Symbol is { } symbol
                    ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
                    : new TensorShapeProto.Types.Dimension { DimValue = dimension.Length });
            }
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    /// <summary>The element type; <see cref="DataType.Undefined"/> for what is no tensor or has no type.</summary>
    public static DataType ElementType(this ValueInfoProto value) => (DataType)(value.Type?.TensorType?.ElemType ?? 0);

    /// <summary>One entry an axis; <c>?</c> for an axis of which nothing is known; null where even the rank is unknown.</summary>
    public static IReadOnlyList<Dimension>? Shape(this ValueInfoProto value) =>
        value.Type?.TensorType?.Shape is not { } shape ? null
        : [.. shape.Dim.Select(d => d.HasDimValue ? new Dimension(d.DimValue, null) : new Dimension(-1, d.DimParam is { Length: > 0 } symbol ? symbol : "?"))];
}
