using System.Security.Cryptography;
using System.Text;
using DetrPerfLab.Onnx.Proto;
using Google.Protobuf;

namespace DetrPerfLab.Tests;

/// <summary>A model as lines that a person can compare, and the hash of its bytes.</summary>
static class GraphText
{
    public static string Of(ModelProto model)
    {
        var text = new StringBuilder();
        text.Append("opset ").AppendJoin(", ", model.OpsetImport.Select(o => $"{(o.Domain.Length == 0 ? "ai.onnx" : o.Domain)} {o.Version}")).Append('\n');
        foreach (var entry in model.MetadataProps) { text.Append($"meta {entry.Key} = {entry.Value}\n"); }
        Graph(text, model.Graph, "");
        return text.Append($"sha256 {Convert.ToHexStringLower(SHA256.HashData(model.ToByteArray()))}\n").ToString();
    }

    static void Graph(StringBuilder text, GraphProto graph, string indent)
    {
        foreach (var value in graph.Input) { text.Append($"{indent}in  {Value(value)}\n"); }
        foreach (var value in graph.Output) { text.Append($"{indent}out {Value(value)}\n"); }
        foreach (var tensor in graph.Initializer) { text.Append($"{indent}const {tensor.Name} {Tensor(tensor)}\n"); }
        foreach (var node in graph.Node)
        {
            text.Append($"{indent}{string.Join(", ", node.Output)} = {node.OpType}({string.Join(", ", node.Input)})");
            foreach (var a in node.Attribute.Where(a => a.G is null))
            {
                var value = a.T is { } t ? Tensor(t) : a.HasI ? $"{a.I}" : a.HasF ? a.F.ToString("R", CultureInfo.InvariantCulture) : a.HasS ? a.S.ToStringUtf8() : $"[{string.Join(',', a.Ints)}]";
                text.Append($" {a.Name}={value}");
            }

            text.Append($"   # {node.Name}\n");
            foreach (var inner in node.Subgraphs()) { Graph(text, inner, indent + "    "); }
        }
    }

    static string Value(ValueInfoProto value) => $"{value.Name} {value.ElementType()} [{string.Join(',', value.Shape() ?? [])}]";

    static string Tensor(TensorProto tensor)
    {
        var values = tensor.ToFloats();
        var shown = string.Join(' ', values.Take(8).Select(v => v.ToString("G6", CultureInfo.InvariantCulture)));
        return $"{tensor.Type()} [{string.Join(',', tensor.Dims)}] {shown}{(values.Length > 8 ? " …" : "")}";
    }
}
