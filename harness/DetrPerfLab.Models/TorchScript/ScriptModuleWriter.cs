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

    readonly List<Attribute> _attributes = [];
    readonly List<Func<Array>> _storages = [];
    readonly StringBuilder _methods = new();

    internal void Method(string signature, params IEnumerable<string> lines)
    {
        _methods.Append($"  def {signature}:\n");
        foreach (var line in lines) { _methods.Append($"    {line}\n"); }
    }

    /// <summary>Adds a tensor and gives the name that the text has for it; its row-major values, floats of a float type, are asked for when the archive is written.</summary>
    internal string Tensor(string path, IReadOnlyList<long> shape, Func<Array> values, ScriptType type = ScriptType.Float32) =>
        Add(path, "Tensor", Stored(type, shape, StoredTensor.RowMajor(shape), values));

    /// <summary>Adds a tensor that the archive, when it is loaded, turns into the one that the text reads: <paramref name="pack"/> says how, given the text for what is stored.</summary>
    internal string PackedTensor(string path, IReadOnlyList<long> shape, Func<Array> values, ScriptType type, Func<string, string> pack) =>
        Add(path, "Tensor", Stored(type, shape, StoredTensor.RowMajor(shape), values), pack);

    /// <summary>Adds the filter of a convolution, its channels innermost in memory, as oneDNN's kernels read it without reordering.</summary>
    internal string Filter(string path, IReadOnlyList<long> shape, Func<float[]> values)
    {
        var (inputs, rows, columns) = (shape[1], shape[2], shape[3]);
        return Add(path, "Tensor", Stored(ScriptType.Float32, shape, [inputs * rows * columns, 1, columns * inputs, inputs], () => ChannelsLast(values(), (int)inputs, (int)(rows * columns))));
    }

    /// <summary>Adds a linear layer with 8-bit weights [outputs, inputs], a scale for each row, packed for the processor when the archive is loaded.</summary>
    internal string PackedLinear(string path, int outputs, int inputs, Func<(float[] Weight, float[] Bias)> layer)
    {
        var count = (long)outputs * inputs;
        var value = new PickleWriter().Object(PackedLinearModule, PackedLinearClass).Mark()
            .Global("torch._utils", "_rebuild_qtensor").Mark().Storage("QInt8Storage", Store(() => Int8Rows.Of(layer().Weight, outputs).Codes), count).Long(0).Longs([outputs, inputs]).Longs([inputs, 1])
            .Mark().Long(PerChannelAffine);
        Vector(value, "DoubleStorage", outputs, () => Int8Rows.Of(layer().Weight, outputs).Scales);
        Vector(value, "LongStorage", outputs, () => new long[outputs]); // zero points: symmetric
        value.Long(0).Op('t').WithoutGradient(); // the axis of the channels
        Vector(value, "FloatStorage", outputs, () => layer().Bias);
        return Add(path, $"{PackedLinearModule}.{PackedLinearClass}", value.Op('t', 'b'));
    }

    internal void Save(Stream stream)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Add(zip, "data.pkl", State());
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

    /// <summary>The attributes by their names; where some are packed, in their order, for <c>__setstate__</c>.</summary>
    byte[] State()
    {
        var state = new PickleWriter().Proto().Object("__torch__", name);
        if (!IsPacked) { state.EmptyDict(); }
        state.Mark();
        if (!IsPacked) { state.Text("training").Bool(false); }
        foreach (var attribute in _attributes) { (IsPacked ? state : state.Text(attribute.Name)).Append(attribute.Value); }
        return state.Op(IsPacked ? 't' : 'u', 'b').Stop();
    }

    bool IsPacked => _attributes.Any(a => a.Pack is not null);

    string Code()
    {
        var tensors = string.Concat(_attributes.Where(a => a is { Type: "Tensor", Pack: null }).Select(a => $"\"{a.Name}\", "));
        var declared = string.Concat(_attributes.Select(a => $"  {a.Name} : {a.Type}\n"));
        return $"class {name}(Module):\n  __parameters__ = []\n  __buffers__ = [{tensors}]\n  training : bool\n{declared}{(IsPacked ? Packing() : "")}{_methods}";
    }

    string Packing()
    {
        var type = $"Tuple[{string.Join(", ", _attributes.Select(a => a.Type))}]";
        var lines = string.Concat(_attributes.Select((a, i) => $"    self.{a.Name} = {a.Pack?.Invoke($"(state)[{i}]") ?? $"(state)[{i}]"}\n"));
        return $"""
              def __getstate__(self) -> {type}:
                ops.prim.RaiseException("An archive with packed weights cannot be saved again: copy its file.")
                return uninitialized({type})
              def __setstate__(self, state: {type}) -> NoneType:
                self.training = False
            {lines}    return None

            """;
    }

    PickleWriter Stored(ScriptType type, IReadOnlyList<long> shape, IReadOnlyList<long> strides, Func<Array> values)
    {
        var (storage, stored) = type switch
        {
            ScriptType.Float32 => ("FloatStorage", values),
            ScriptType.BFloat16 => ("BFloat16Storage", () => Rounded((float[])values())),
            ScriptType.Int8 => ("CharStorage", values),
            ScriptType.Int64 => ("LongStorage", values),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no archive of ours stores it"),
        };
        return new PickleWriter().Tensor(storage, Store(stored), shape.Aggregate(1L, (product, length) => product * length), 0, shape, strides);
    }

    void Vector(PickleWriter value, string type, long count, Func<Array> values) => value.Tensor(type, Store(values), count, 0, [count], [1]);

    string Add(string path, string type, PickleWriter value, Func<string, string>? pack = null)
    {
        var attribute = path.Replace('.', '_'); // since the module has no modules inside
        _attributes.Add(new(attribute, type, value, pack));
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

    /// <summary>To bfloat16, the upper half of a float32; ties to even. Weights are finite.</summary>
    static ushort[] Rounded(float[] values) => Array.ConvertAll(values, value =>
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    });

    static ReadOnlySpan<byte> Bytes(Array values) => MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(values), Buffer.ByteLength(values));

    sealed record Attribute(string Name, string Type, PickleWriter Value, Func<string, string>? Pack);
}

/// <summary>An element type of an archive's tensors, by its number in libtorch. Source: PyTorch 2.10, c10/core/ScalarType.h.</summary>
enum ScriptType
{
    UInt8 = 0,
    Int8 = 1,
    Int64 = 4,
    Float32 = 6,
    BFloat16 = 15,
}
