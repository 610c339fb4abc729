using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace DetrPerfLab.Models;

/// <summary>One TorchScript module as it grows: its source text, its tensors, and the archive that holds both.</summary>
/// <remarks>The archive is what torch.jit.save writes: a zip of stored members with one folder at the top, the module's class as text in <c>code/</c>, its
/// attributes as a pickle, the elements of each tensor as a member of their own. These are made when they are written, one after the other: no second copy of a
/// model is ever in memory. Source: PyTorch 2.10, torch/csrc/jit/serialization (export_module.cpp, import.cpp, unpickler.cpp),
/// caffe2/serialize/inline_container.h.</remarks>
sealed class ScriptModuleWriter(string folder, string name)
{
    const int PerChannelAffine = 1; // at::QScheme
    const string PackedLinearModule = "__torch__.torch.classes.quantized", PackedLinearClass = "LinearPackedParamsBase";

    /// <summary>A fixed date, the first that a zip can tell: the same model gives the same bytes.</summary>
    static readonly DateTimeOffset s_date = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    readonly List<(string Name, string Type)> _attributes = [];
    readonly List<Func<Array>> _storages = [];
    readonly PickleWriter _state = new PickleWriter().Proto().Object("__torch__", name).EmptyDict().Mark().Text("training").Bool(false);
    readonly StringBuilder _methods = new();

    internal void Method(string signature, params IEnumerable<string> lines)
    {
        _methods.Append($"  def {signature}:\n");
        foreach (var line in lines) { _methods.Append($"    {line}\n"); }
    }

    /// <summary>Adds a float32 tensor and gives the name that the text has for it; its row-major values are asked for when the archive is written.</summary>
    internal string Tensor(string path, IReadOnlyList<long> shape, Func<float[]> values) => Tensor(path, shape, StoredTensor.RowMajor(shape), values);

    /// <summary>Adds the filter of a convolution, its channels innermost in memory, as oneDNN's kernels read it without reordering.</summary>
    internal string Filter(string path, IReadOnlyList<long> shape, Func<float[]> values)
    {
        var (inputs, rows, columns) = (shape[1], shape[2], shape[3]);
        return Tensor(path, shape, [inputs * rows * columns, 1, columns * inputs, inputs], () => ChannelsLast(values(), (int)inputs, (int)(rows * columns)));
    }

    /// <summary>Adds a linear layer with 8-bit weights [outputs, inputs], a scale for each row, packed for the processor when the archive is loaded.</summary>
    internal string PackedLinear(string path, int outputs, int inputs, Func<(float[] Weight, float[] Bias)> layer)
    {
        var attribute = Attribute(path, $"{PackedLinearModule}.{PackedLinearClass}");
        var count = (long)outputs * inputs;
        _state.Object(PackedLinearModule, PackedLinearClass).Mark()
            .Global("torch._utils", "_rebuild_qtensor").Mark().Storage("QInt8Storage", Store(() => Int8Rows.Of(layer().Weight, outputs).Codes), count).Long(0).Longs([outputs, inputs]).Longs([inputs, 1])
            .Mark().Long(PerChannelAffine);
        Vector("DoubleStorage", outputs, () => Int8Rows.Of(layer().Weight, outputs).Scales);
        Vector("LongStorage", outputs, () => new long[outputs]); // zero points: symmetric
        _state.Long(0).Op('t').WithoutGradient(); // the axis of the channels
        Vector("FloatStorage", outputs, () => layer().Bias);
        _state.Op('t', 'b');
        return attribute;
    }

    internal void Save(Stream stream)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Add(zip, "data.pkl", [.. _state.Op('u', 'b').Stop()]);
        Add(zip, "code/__torch__.py", Encoding.UTF8.GetBytes(Code()));
        for (var i = 0; i < _storages.Count; i++) { Add(zip, $"data/{i}", Bytes(_storages[i]())); }
        Add(zip, "constants.pkl", new PickleWriter().Proto().Op(')').Stop());
        Add(zip, "version", "10\n"u8); // the newest with all operators as this text uses them
        Add(zip, "byteorder", "little"u8);
    }

    /// <summary>[outputs, inputs, places] to [outputs, places, inputs].</summary>
    internal static float[] ChannelsLast(float[] filter, int inputs, int places)
    {
        if (places == 1) { return filter; }
        var moved = new float[filter.Length];
        for (var start = 0; start < filter.Length; start += inputs * places)
        {
            for (var channel = 0; channel < inputs; channel++)
            {
                for (var place = 0; place < places; place++) { moved[start + (place * inputs) + channel] = filter[start + (channel * places) + place]; }
            }
        }

        return moved;
    }

    string Code()
    {
        var tensors = string.Concat(_attributes.Where(a => a.Type == "Tensor").Select(a => $"\"{a.Name}\", "));
        var declared = string.Concat(_attributes.Select(a => $"  {a.Name} : {a.Type}\n"));
        return $"class {name}(Module):\n  __parameters__ = []\n  __buffers__ = [{tensors}]\n  training : bool\n{declared}{_methods}";
    }

    string Tensor(string path, IReadOnlyList<long> shape, IReadOnlyList<long> strides, Func<float[]> values)
    {
        var attribute = Attribute(path, "Tensor"); // dots become underscores, since the module has no modules inside
        var count = shape.Aggregate(1L, (product, length) => product * length);
        _state.Tensor("FloatStorage", Store(values), count, 0, shape, strides);
        return attribute;
    }

    void Vector(string type, long count, Func<Array> values) => _state.Tensor(type, Store(values), count, 0, [count], [1]);

    string Attribute(string path, string type)
    {
        var attribute = path.Replace('.', '_');
        _attributes.Add((attribute, type));
        _state.Text(attribute);
        return $"self.{attribute}";
    }

    string Store(Func<Array> values)
    {
        _storages.Add(values);
        return $"{_storages.Count - 1}";
    }

    void Add(ZipArchive zip, string member, ReadOnlySpan<byte> content)
    {
        var entry = zip.CreateEntry($"{folder}/{member}", CompressionLevel.NoCompression);
        entry.LastWriteTime = s_date;
        using var stream = entry.Open();
        stream.Write(content);
    }

    static ReadOnlySpan<byte> Bytes(Array values) => MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(values), Buffer.ByteLength(values));
}
