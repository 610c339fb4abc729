using Google.Protobuf.Reflection;

namespace DetrPerfLab.Onnx;

/// <summary>Walks protobuf bytes along a message type without building objects, to refuse a hostile or damaged file before it costs memory.</summary>
/// <remarks>
/// The parser alone would do two things wrong: a few bytes of wire become an object of a hundred, and its messages do not say where a file is
/// damaged. Source: protocol buffers encoding guide (varint tags, wire types 0, 1, 2 and 5).
/// </remarks>
static class WireScan
{
    /// <summary>More messages and strings than any published model has, few enough to hold in memory.</summary>
    internal const int MaxItems = 2_000_000;

    const int MaxDepth = 64; // Below the parser's own 100, so that its message is never the one a user sees.

    internal static string? FindFault(ReadOnlySpan<byte> bytes, MessageDescriptor type)
    {
        var path = new List<(FieldDescriptor Field, int Index)>();
        var items = 0;
        return Scan(bytes, type, path, ref items) is { } fault ? $"{Describe(path)}{fault}" : null;
    }

    static string? Scan(ReadOnlySpan<byte> bytes, MessageDescriptor type, List<(FieldDescriptor Field, int Index)> path, ref int items)
    {
        if (path.Count > MaxDepth) { return $"messages nest deeper than {MaxDepth}"; }
        FieldDescriptor? field = null;
        var index = 0;
        while (!bytes.IsEmpty)
        {
            if (!TryVarint(ref bytes, out var tag) || tag >> 3 is 0 or > int.MaxValue) { return "a field's tag is damaged"; }
            var next = type.FindFieldByNumber((int)(tag >> 3));
            index = next is not null && next == field ? index + 1 : 0;
            field = next;
            switch (tag & 7)
            {
                case 0:
                    if (!TryVarint(ref bytes, out _)) { return $"field {Name(field, tag)} is cut off"; }
                    break;
                case 1 or 5:
                    var width = (tag & 7) == 1 ? sizeof(ulong) : sizeof(uint);
                    if (bytes.Length < width) { return $"field {Name(field, tag)} is cut off"; }
                    bytes = bytes[width..];
                    break;
                case 2:
                    if (!TryVarint(ref bytes, out var length) || length > (ulong)bytes.Length)
                    {
                        return $"field {Name(field, tag)} claims {length:N0} bytes, {bytes.Length:N0} are left";
                    }

                    if (++items > MaxItems) { return $"more than {MaxItems:N0} messages and strings"; }
                    if (field?.FieldType == FieldType.Message)
                    {
                        path.Add((field, index));
                        if (Scan(bytes[..(int)length], field.MessageType, path, ref items) is { } fault) { return fault; }
                        path.RemoveAt(path.Count - 1);
                    }

                    bytes = bytes[(int)length..];
                    break;
                default:
                    return $"field {Name(field, tag)} has wire type {tag & 7}, which ONNX does not use";
            }
        }

        return null;
    }

    static bool TryVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (var i = 0; i < bytes.Length && i < 10; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    static string Name(FieldDescriptor? field, ulong tag) => field?.Name ?? $"number {tag >> 3}";

    static string Describe(List<(FieldDescriptor Field, int Index)> path) => path.Count == 0 ? "" :
        $"in {string.Join('.', path.Select(p => p.Field.IsRepeated ? $"{p.Field.Name}[{p.Index}]" : p.Field.Name))} ";
}
