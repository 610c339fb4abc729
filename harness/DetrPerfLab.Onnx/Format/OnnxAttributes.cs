using Google.Protobuf;
using AttributeType = DetrPerfLab.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace DetrPerfLab.Onnx;

/// <summary>Reads and writes a node's attributes by name.</summary>
public static class OnnxAttributes
{
    /// <summary>The attribute of that name, or null.</summary>
    public static AttributeProto? Find(this NodeProto node, string name)
    {
        foreach (var attribute in node.Attribute)
        {
            if (attribute.Name == name) { return attribute; }
        }

        return null;
    }

    /// <summary>An integer attribute, or the operator's default.</summary>
    public static long GetInt(this NodeProto node, string name, long otherwise) => node.Find(name)?.I ?? otherwise;

    /// <summary>A float attribute, or the operator's default.</summary>
    public static float GetFloat(this NodeProto node, string name, float otherwise) => node.Find(name)?.F ?? otherwise;

    /// <summary>A string attribute, or the operator's default.</summary>
    public static string GetString(this NodeProto node, string name, string otherwise) => node.Find(name)?.S.ToStringUtf8() ?? otherwise;

    /// <summary>A list of integers, or null where the attribute is absent.</summary>
    public static long[]? GetInts(this NodeProto node, string name) => node.Find(name)?.Ints.ToArray();

    /// <summary>Adds or replaces an attribute.</summary>
    /// <returns>The node, to chain.</returns>
    public static NodeProto Set(this NodeProto node, string name, long value) =>
        node.Put(new AttributeProto { Name = name, Type = AttributeType.Int, I = value });

    /// <inheritdoc cref="Set(NodeProto, string, long)"/>
    public static NodeProto Set(this NodeProto node, string name, float value) =>
        node.Put(new AttributeProto { Name = name, Type = AttributeType.Float, F = value });

    /// <inheritdoc cref="Set(NodeProto, string, long)"/>
    public static NodeProto Set(this NodeProto node, string name, string value) =>
        node.Put(new AttributeProto { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) });

    /// <inheritdoc cref="Set(NodeProto, string, long)"/>
    public static NodeProto Set(this NodeProto node, string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        foreach (var value in values) { attribute.Ints.Add(value); }
        return node.Put(attribute);
    }

    /// <inheritdoc cref="Set(NodeProto, string, long)"/>
    public static NodeProto Set(this NodeProto node, string name, TensorProto value) =>
        node.Put(new AttributeProto { Name = name, Type = AttributeType.Tensor, T = value });

    static NodeProto Put(this NodeProto node, AttributeProto attribute)
    {
        if (node.Find(attribute.Name) is { } old) { node.Attribute[node.Attribute.IndexOf(old)] = attribute; }
        else { node.Attribute.Add(attribute); }
        return node;
    }
}
