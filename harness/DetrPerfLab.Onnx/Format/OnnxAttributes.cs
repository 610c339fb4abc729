using Google.Protobuf;
using AttributeType = DetrPerfLab.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace DetrPerfLab.Onnx;

/// <summary>Reads and writes a node's attributes by name; the getters give the operator's default where the attribute is absent.</summary>
static class OnnxAttributes
{
    internal static AttributeProto? Find(this NodeProto node, string name) => node.Attribute.FirstOrDefault(a => a.Name == name);

    internal static long GetInt(this NodeProto node, string name, long otherwise) => node.Find(name)?.I ?? otherwise;

    internal static float GetFloat(this NodeProto node, string name, float otherwise) => node.Find(name)?.F ?? otherwise;

    internal static string GetString(this NodeProto node, string name, string otherwise) => node.Find(name)?.S.ToStringUtf8() ?? otherwise;

    internal static long[]? GetInts(this NodeProto node, string name) => node.Find(name)?.Ints.ToArray();

    /// <summary>Adds or replaces an attribute; gives the node, to chain.</summary>
    internal static NodeProto Set(this NodeProto node, string name, long value) => node.Put(new() { Name = name, Type = AttributeType.Int, I = value });

    internal static NodeProto Set(this NodeProto node, string name, float value) => node.Put(new() { Name = name, Type = AttributeType.Float, F = value });

    internal static NodeProto Set(this NodeProto node, string name, string value) =>
        node.Put(new() { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) });

    internal static NodeProto Set(this NodeProto node, string name, params ReadOnlySpan<long> values) =>
        node.Put(new() { Name = name, Type = AttributeType.Ints, Ints = { values.ToArray() } });

    internal static NodeProto Set(this NodeProto node, string name, TensorProto value) => node.Put(new() { Name = name, Type = AttributeType.Tensor, T = value });

    static NodeProto Put(this NodeProto node, AttributeProto attribute)
    {
        if (node.Find(attribute.Name) is { } old) { node.Attribute[node.Attribute.IndexOf(old)] = attribute; }
        else { node.Attribute.Add(attribute); }
        return node;
    }
}
