using System.Text;

namespace DetrPerfLab.Onnx;

/// <summary>What a model takes and gives, read without its weights: they are passed over in the file and cost no memory.</summary>
/// <remarks>
/// Inputs are those that a caller must give: weights that an old exporter lists among them are left out.
/// Source: onnx/onnx, onnx/onnx.proto, for the field numbers. By hand: CodedInputStream passes over a field by reading it, here all weights of a model.
/// </remarks>
public sealed record OnnxHeader(IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs, bool HasExternalData)
{
    const int MaxValues = 10_000, MaxMetadata = 1_000, MaxOperators = 10_000;
    const int MaxValueBytes = 1 << 20;

    /// <summary>What the exporter says of the model, by key.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The kinds of the main graph's nodes.</summary>
    public IReadOnlySet<string> Operators { get; init; } = new HashSet<string>();

    /// <exception cref="LabException">No such file, damaged, or an input or output of a type that no engine takes.</exception>
    public static OnnxHeader Read(string path)
    {
        using var file = InputFile.Open(OnnxFile.Existing(path));
        var (inputs, outputs, weights, external, graphs) = (new List<ValueInfoProto>(), new List<ValueInfoProto>(), new HashSet<string>(StringComparer.Ordinal), false, 0);
        var (metadata, operators) = (new Dictionary<string, string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        try
        {
            var reader = new WireReader(file);
            reader.Fields(file.Length, model =>
            {
                if (model is { Number: ModelProto.MetadataPropsFieldNumber, Length: { } entryLength } && metadata.Count < MaxMetadata)
                {
                    var entry = StringStringEntryProto.Parser.ParseFrom(reader.Bytes(entryLength));
                    metadata[entry.Key] = entry.Value;
                }

                if (model.Number != ModelProto.GraphFieldNumber || model.Length is not { } graphLength) { return; }
                graphs++;
                reader.Fields(file.Position + graphLength, graph =>
                {
                    if (graph.Length is not { } length) { return; }
                    switch (graph.Number)
                    {
                        case GraphProto.InputFieldNumber: inputs.Add(reader.Value(length, inputs.Count)); break;
                        case GraphProto.OutputFieldNumber: outputs.Add(reader.Value(length, outputs.Count)); break;
                        case GraphProto.NodeFieldNumber when operators.Count < MaxOperators:
                            reader.Fields(file.Position + length, node =>
                            {
                                if (node is { Number: NodeProto.OpTypeFieldNumber, Length: { } bytes }) { operators.Add(Encoding.UTF8.GetString(reader.Bytes(bytes))); }
                            });
                            break;
                        case GraphProto.InitializerFieldNumber:
                            reader.Fields(file.Position + length, tensor =>
                            {
                                if (tensor.Number == TensorProto.NameFieldNumber && tensor.Length is { } bytes) { weights.Add(Encoding.UTF8.GetString(reader.Bytes(bytes))); }
                                external |= tensor is { Number: TensorProto.DataLocationFieldNumber, Varint: (ulong)TensorProto.Types.DataLocation.External };
                            });
                            break;
                    }
                });
            });
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or Google.Protobuf.InvalidProtocolBufferException)
        {
            throw LabError.NotOnnx(path, e.Message.TrimEnd('.'), e);
        }

        if (graphs != 1) { throw LabError.NotOnnx(path, "it has no graph"); }
        return new([.. inputs.Where(i => !weights.Contains(i.Name)).Select(i => Spec(path, i))], [.. outputs.Select(o => Spec(path, o))], external) { Metadata = metadata, Operators = operators };
    }

    static TensorSpec Spec(string path, ValueInfoProto value)
    {
        var stored = value.ElementType().ToString().ToLowerInvariant();
        var type = TensorSpec.Carrier(stored) ?? throw LabError.OnnxInterface(path, value.Name, stored == "undefined" ? "no tensor" : $"a tensor of {stored}");
        // An axis without a name gets one of its own, so that two of them are not taken for equal.
        return new(value.Name, type, [.. (value.Shape() ?? []).Select((d, axis) => d is { IsFixed: false, Symbol: "?" } ? (Dimension)$"{value.Name}.{axis}" : d)])
        {
            StoredAs = stored is "float" or "int64" ? null : stored,
        };
    }

    readonly record struct WireField(int Number, ulong? Varint, long? Length);

    sealed class WireReader(FileStream file)
    {
        /// <summary>Shows each field up to a position; what the visitor leaves unread of it is passed over.</summary>
        internal void Fields(long end, Action<WireField> visit)
        {
            while (file.Position < end)
            {
                var tag = Varint();
                var number = (int)Math.Min(tag >> 3, int.MaxValue);
                switch (tag & 7)
                {
                    case 0: visit(new(number, Varint(), null)); break;
                    case 1: file.Seek(sizeof(ulong), SeekOrigin.Current); break;
                    case 5: file.Seek(sizeof(uint), SeekOrigin.Current); break;
                    case 2:
                        var length = Varint();
                        if (length > (ulong)(end - file.Position)) { throw new InvalidDataException($"a field claims {length:N0} bytes, {end - file.Position:N0} are left"); }
                        var after = file.Position + (long)length;
                        visit(new(number, null, (long)length));
                        file.Position = after;
                        break;
                    default: throw new InvalidDataException($"a field has wire type {tag & 7}, which ONNX does not use");
                }
            }

            if (file.Position > end) { throw new InvalidDataException("a field reaches beyond its message"); }
        }

        internal ValueInfoProto Value(long length, int before)
        {
            if (before >= MaxValues) { throw new InvalidDataException($"more than {MaxValues} inputs or outputs"); }
            return ValueInfoProto.Parser.ParseFrom(Bytes(length));
        }

        internal byte[] Bytes(long length)
        {
            if (length > MaxValueBytes) { throw new InvalidDataException($"a name or declaration of {length:N0} bytes"); }
            var bytes = new byte[length];
            file.ReadExactly(bytes);
            return bytes;
        }

        ulong Varint()
        {
            var value = 0UL;
            for (var i = 0; i < 10; i++)
            {
                var b = file.ReadByte();
                if (b < 0) { throw new EndOfStreamException("it ends inside a field"); }
                value |= (ulong)(b & 0x7F) << (7 * i);
                if (b < 0x80) { return value; }
            }

            throw new InvalidDataException("a field's tag is damaged");
        }
    }
}
