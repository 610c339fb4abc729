using System.Text;

namespace DetrPerfLab.Engines;

/// <summary>Outputs of a model in a file, so that another process, or a later one, compares with them.</summary>
public static class SavedOutputs
{
    /// <summary>How far outputs of one model on the same inputs lie from another's, by what they are: a DETR's, ranked detections, scores.</summary>
    /// <param name="name">Of the reference.</param>
    /// <exception cref="LabException">They have other names or shapes, or hold what is no number.</exception>
    public static AgreementInfo Compare(string name, TensorSet expected, TensorSet actual) =>
        expected.Find("logits") is not null && expected.Find("pred_boxes") is not null ? OutputAgreement.CompareDetr(name, expected, actual)
            : expected.Find("labels")?.Type == ElementType.Int64 && expected.Find("scores") is not null ? ScoredAgreement.Compare(name, expected, actual)
            : OutputAgreement.CompareScores(name, expected, actual);

    /// <summary>Each tensor: name, type, rank, lengths, values; written and read only by this class, so the order of bytes is the machine's.</summary>
    internal static void Write(string path, TensorSet outputs) => AtomicFile.Write(path, stream =>
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(outputs.Count);
        foreach (var tensor in outputs)
        {
            writer.Write(tensor.Name);
            writer.Write((int)tensor.Type);
            writer.Write(tensor.Shape.Length);
            foreach (var length in tensor.Shape) { writer.Write(length); }
            writer.Write(tensor.Bytes);
        }
    });

    public static TensorSet Read(string path)
    {
        using var reader = new BinaryReader(File.OpenRead(path));
        var tensors = new HostTensor[reader.ReadInt32()];
        foreach (ref var tensor in tensors.AsSpan())
        {
            var name = reader.ReadString();
            var type = (ElementType)reader.ReadInt32();
            var shape = new long[reader.ReadInt32()];
            foreach (ref var length in shape.AsSpan()) { length = reader.ReadInt64(); }
            tensor = new(name, type, shape);
            reader.BaseStream.ReadExactly(tensor.Bytes);
        }

        return new(tensors);
    }
}
