using System.Security.Cryptography;

namespace DetrPerfLab.Onnx;

/// <summary>How activations are watched.</summary>
public sealed record CalibrationOptions
{
    /// <summary>Bytes of intermediate values held at once; more values than fit are watched in further passes.</summary>
    public long MaxTensorBytes
    {
        get;
        init => field = value >= 1 << 20 ? value : throw LabError.OutOfRange(value, "1048576 (1 MiB) or more");
    } = 2L << 30;

    /// <summary>Called after each inference with (done, of all).</summary>
    public Action<long, long>? Progress { get; init; }
}

/// <summary>What calibration found.</summary>
/// <param name="Histograms">By value name.</param>
/// <param name="InputSha256">Hash over the inputs in order: names, shapes, bytes. Lower-case hex.</param>
public sealed record CalibrationTable(IReadOnlyDictionary<string, ActivationHistogram> Histograms, string InputSha256)
{
    /// <summary>Ranges by a method; one table serves many.</summary>
    public IReadOnlyDictionary<string, TensorRange> Ranges(CalibrationMethod method, double percentile = 99.98) =>
        Histograms.ToDictionary(h => h.Key, h => Calibrator.Choose(method, h.Value, percentile), StringComparer.Ordinal);
}

/// <summary>Streams inputs through a float model and keeps a histogram of each watched value.</summary>
public static class ActivationCalibration
{
    /// <summary>Watches values over all inputs.</summary>
    /// <param name="runner">Runs the model.</param>
    /// <param name="model">The float model.</param>
    /// <param name="values">What to watch.</param>
    /// <param name="inputs">Enumerated once for each pass; the same each time.</param>
    /// <param name="options">Memory and progress.</param>
    /// <exception cref="LabException">No inputs, or a value that is not finite.</exception>
    public static CalibrationTable Run(ICalibrationRunner runner, ModelProto model, IReadOnlyList<string> values, IReadOnlyCollection<TensorSet> inputs, CalibrationOptions options) =>
        Run(runner, model, values, inputs, inputs.Count, options);

    /// <inheritdoc cref="Run(ICalibrationRunner, ModelProto, IReadOnlyList{string}, IReadOnlyCollection{TensorSet}, CalibrationOptions)"/>
    /// <param name="runner">Runs the model.</param>
    /// <param name="model">The float model.</param>
    /// <param name="values">What to watch.</param>
    /// <param name="inputs">Enumerated once for each pass; the same each time.</param>
    /// <param name="count">Number of inputs, for the progress.</param>
    /// <param name="options">Memory and progress.</param>
    public static CalibrationTable Run(ICalibrationRunner runner, ModelProto model, IReadOnlyList<string> values, IEnumerable<TensorSet> inputs, int count, CalibrationOptions options)
    {
        var first = inputs.FirstOrDefault() ?? throw LabError.Calibration("there are no inputs", "at least one image", "Name a folder with photographs, or use 'synthetic'.");
        var passes = Passes(values, runner.CountElements(model, values, first), options.MaxTensorBytes);
        var histograms = values.ToDictionary(v => v, _ => new ActivationHistogram(), StringComparer.Ordinal);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var done = 0L;
        for (var pass = 0; pass < passes.Count; pass++)
        {
            using var session = runner.Open(model, passes[pass]);
            foreach (var input in inputs)
            {
                session.Run(input, (name, data) => histograms[name].Add(data));
                if (pass == 0) { Append(hash, input); }
                options.Progress?.Invoke(++done, (long)count * passes.Count);
            }
        }

        if (histograms.FirstOrDefault(h => h.Value.NonFinite > 0) is { Key: { } broken, Value: var histogram })
        {
            throw LabError.Calibration($"activation '{broken}' has {histogram.NonFinite:N0} values that are NaN or infinite", "finite activations",
                "Keep the node that makes it float by a plan, or check the inputs.");
        }

        return new(histograms, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    // In the given order, as many values a pass as fit; one that is larger than the limit has a pass of its own.
    static List<IReadOnlyList<string>> Passes(IReadOnlyList<string> values, IReadOnlyDictionary<string, long> elements, long maxBytes)
    {
        var passes = new List<IReadOnlyList<string>>();
        var pass = new List<string>();
        var bytes = 0L;
        foreach (var value in values)
        {
            var size = elements[value] * sizeof(float);
            if (pass.Count > 0 && bytes + size > maxBytes)
            {
                passes.Add(pass);
                (pass, bytes) = ([], 0);
            }

            pass.Add(value);
            bytes += size;
        }

        passes.Add(pass);
        return passes;
    }

    static void Append(IncrementalHash hash, TensorSet inputs)
    {
        foreach (var tensor in inputs)
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(tensor.ToString()));
            hash.AppendData(tensor.Bytes);
        }
    }
}
