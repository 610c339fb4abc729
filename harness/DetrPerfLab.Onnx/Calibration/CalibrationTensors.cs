using System.Collections;

namespace DetrPerfLab.Onnx;

/// <summary>Inputs of any model from a folder of .npy and .pb files; read anew each time they are enumerated, one in memory at a time.</summary>
/// <remarks>
/// Each sub-folder is one sample: a file for each input, named as the input (NAME.npy, NAME.pb; what file names cannot hold is an underscore) or by its
/// place (input_0.pb), as in ONNX's test_data_set folders. Of a model with one input, each file in the folder itself is one sample.
/// </remarks>
public sealed class CalibrationTensors : IReadOnlyCollection<TensorSet>
{
    const long MaxFileBytes = int.MaxValue;
    static readonly string[] s_endings = [".npy", ".pb"];

    readonly IReadOnlyList<ValueInfoProto> _inputs;
    readonly IReadOnlyList<IReadOnlyList<string>> _samples; // a file for each input

    CalibrationTensors(IReadOnlyList<ValueInfoProto> inputs, IReadOnlyList<IReadOnlyList<string>> samples) => (_inputs, _samples) = (inputs, samples);

    public int Count => _samples.Count;

    /// <summary>Those of one part alone; the others are not read.</summary>
    public CalibrationTensors Part(Shard shard) => new(_inputs, [.. shard.Among(_samples)]);

    /// <summary>Whether a folder, or one right below it, holds such files.</summary>
    public static bool AreIn(string folder) => Directory.Exists(folder)
        && (Tensors(folder).Count > 0 || Directory.EnumerateDirectories(folder).Any(f => Tensors(f).Count > 0));

    /// <summary>At most so many samples, evenly taken out of all.</summary>
    /// <exception cref="LabException">There is none, or one lacks a file for an input.</exception>
    public static CalibrationTensors Of(ModelProto model, string folder, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var weights = model.Graph.Initializer.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        List<ValueInfoProto> inputs = [.. model.Graph.Input.Where(i => !weights.Contains(i.Name))];
        var own = Tensors(folder);
        List<string> folders = [.. Directory.EnumerateDirectories(folder).Where(f => Tensors(f).Count > 0).Order(Comparer<string>.Create((a, b) => NaturalOrder.Compare(a, b)))];
        List<IReadOnlyList<string>> samples = own.Count == 0 ? [.. folders.Select(f => Files(f, inputs))]
            : inputs.Count == 1 ? [.. own.Select(f => (IReadOnlyList<string>)[f])]
            : [Files(folder, inputs)];
        if (samples.Count == 0) { throw LabError.Calibration($"'{folder}' has no .npy or .pb file", "tensors", "Name a folder that has some."); }
        var count = Math.Min(most, samples.Count);
        return new(inputs, [.. Enumerable.Range(0, count).Select(i => samples[(int)((long)i * samples.Count / count)])]);
    }

    public IEnumerator<TensorSet> GetEnumerator()
    {
        foreach (var files in _samples) { yield return new TensorSet([.. _inputs.Zip(files, Read)]); }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    static List<string> Tensors(string folder) =>
    [
        .. Directory.EnumerateFiles(folder).Where(f => s_endings.Contains(Path.GetExtension(f).ToLowerInvariant()) && !Path.GetFileName(f).StartsWith("output_", StringComparison.Ordinal))
            .Order(Comparer<string>.Create((a, b) => NaturalOrder.Compare(a, b))),
    ];

    static IReadOnlyList<string> Files(string folder, List<ValueInfoProto> inputs)
    {
        var files = Tensors(folder).GroupBy(f => Path.GetFileNameWithoutExtension(f)).ToDictionary(f => f.Key, f => f.First(), StringComparer.Ordinal);
        return [.. inputs.Select((input, i) => files.GetValueOrDefault(FileName(input.Name)) ?? files.GetValueOrDefault($"input_{i}")
            ?? (inputs.Count == 1 && files.Count == 1 ? files.Values.First() : null)
            ?? throw LabError.Calibration($"'{folder}' has no file for the input '{input.Name}'", $"{FileName(input.Name)}.npy, {FileName(input.Name)}.pb or input_{i}.pb",
                "Give each sample a folder of its own with a file for each input."))];
    }

    static string FileName(string input) => string.Concat(input.Select(c => char.IsLetterOrDigit(c) || c is '.' or '-' or ' ' ? c : '_'));

    static HostTensor Read(ValueInfoProto input, string path)
    {
        if (new FileInfo(path).Length > MaxFileBytes) { throw LabError.OnnxTooLarge(path, new FileInfo(path).Length, MaxFileBytes); }
        var tensor = Path.GetExtension(path).Equals(".npy", StringComparison.OrdinalIgnoreCase) ? NpyFile.Read(path, input.Name) : OnnxFile.ParseTensor(File.ReadAllBytes(path), path);
        var (isFloat, needsFloat) = (IsFloat(tensor.Type()), IsFloat(input.ElementType()));
        if (isFloat != needsFloat) { throw Unfit($"elements of {tensor.Type()}", $"{input.ElementType()}"); }
        if (input.Shape() is { } shape && (shape.Count != tensor.Dims.Count || shape.Zip(tensor.Dims).Any(d => d.First.IsFixed && d.First.Length != d.Second)))
        {
            throw Unfit($"the shape [{string.Join(',', tensor.Dims)}]", $"[{string.Join(',', shape)}]");
        }

        if (tensor.ElementCount() is < 1 or > int.MaxValue) { throw Unfit($"the shape [{string.Join(',', tensor.Dims)}]", "at least one element"); }
        // The runner gives the model the type that it declares.
        var host = new HostTensor(input.Name, isFloat ? ElementType.Float32 : ElementType.Int64, [.. tensor.Dims]);
        if (isFloat) { tensor.ToFloats().CopyTo(host.Floats); }
        else { tensor.ToLongs().CopyTo(host.Longs); }
        return host;

        LabException Unfit(string found, string needed) => LabError.Calibration($"'{path}' has {found}", $"{needed} for the input '{input.Name}'", "Save it as the model takes it.");
    }

    static bool IsFloat(DataType type) => type is DataType.Float or DataType.Float16 or DataType.Double or DataType.Bfloat16;
}
