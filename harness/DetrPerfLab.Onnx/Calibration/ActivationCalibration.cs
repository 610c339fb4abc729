using System.Security.Cryptography;
using System.Text;

namespace DetrPerfLab.Onnx;

/// <summary>A histogram of each watched value, by name, and the hash over the inputs in order (names, shapes, bytes), lower-case hex.</summary>
sealed record CalibrationTable(IReadOnlyDictionary<string, ActivationHistogram> Histograms, string InputSha256)
{
    internal IReadOnlyDictionary<string, TensorRange> Ranges(StaticOptions options) =>
        Histograms.ToDictionary(h => h.Key, h => Calibrator.Choose(options.Calibration, h.Value, options.Percentile), StringComparer.Ordinal);
}

/// <summary>Streams inputs through a float model and keeps a histogram of each watched value.</summary>
static class ActivationCalibration
{
    /// <summary>Watches as many values at a time as fit into <paramref name="maxBytes"/>, in passes over all inputs; what a checkpoint holds is not run again.</summary>
    internal static CalibrationTable Run(
        ICalibrationRunner runner, ModelProto model, IReadOnlyList<string> values, IEnumerable<TensorSet> inputs, int count,
        Action<long, long>? progress = null, long maxBytes = 2L << 30, CalibrationCheckpoint? checkpoint = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1 << 20);
        var first = inputs.FirstOrDefault() ?? throw LabError.Calibration("there are no inputs", "at least one image", "Name a folder with photographs, or use 'synthetic'.");
        var passes = Passes(values, runner.Shapes(model, values, first), maxBytes);
        var histograms = values.ToDictionary(v => v, _ => new ActivationHistogram(), StringComparer.Ordinal);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (run, done) = (0L, checkpoint?.Restore(histograms) ?? 0);
        foreach (var (pass, watched) in passes.Index())
        {
            if (pass > 0 && run + count <= done) { run += count; continue; }
            using var session = runner.Open(model, watched);
            foreach (var input in inputs)
            {
                if (pass == 0) { Append(hash, input); }
                if (run++ < done) { continue; }
                session.Run(input, (name, data) => histograms[name].Add(data));
                done = run;
                checkpoint?.SaveNowAndThen(histograms, done);
                progress?.Invoke(run, (long)count * passes.Count);
                if (cancellation.IsCancellationRequested) { checkpoint?.Save(histograms, done); }
                cancellation.ThrowIfCancellationRequested();
            }
        }

        checkpoint?.Save(histograms, done);

        if (histograms.FirstOrDefault(h => h.Value.NonFinite > 0) is { Key: { } broken, Value: var histogram })
        {
            throw LabError.Calibration($"activation '{broken}' has {histogram.NonFinite:N0} values that are NaN or infinite", "finite activations",
                "Keep the node that makes it float by a plan, or check the inputs.");
        }

        return new(histograms, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    // In the given order, as many values a pass as fit; one that is larger than the limit has a pass of its own.
    static List<List<string>> Passes(IReadOnlyList<string> values, IReadOnlyDictionary<string, IReadOnlyList<long>> shapes, long maxBytes)
    {
        var passes = new List<List<string>> { new() };
        var bytes = 0L;
        foreach (var value in values)
        {
            var size = shapes[value].Aggregate((long)sizeof(float), (a, b) => a * b);
            if (passes[^1].Count > 0 && bytes + size > maxBytes)
            {
                passes.Add([]);
                bytes = 0;
            }

            passes[^1].Add(value);
            bytes += size;
        }

        return passes;
    }

    static void Append(IncrementalHash hash, TensorSet inputs)
    {
        foreach (var tensor in inputs)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(tensor.ToString()));
            hash.AppendData(tensor.Bytes);
        }
    }
}
