using System.Runtime.InteropServices;
using System.Text.Json;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DetrPerfLab.Training;

/// <summary>All that a training run needs to go on as if it had not stopped: options, step, weights, statistics, running mean, the optimiser's own state.</summary>
sealed class TrainingCheckpoint
{
    const string Magic = "detrlab-training-2";

    readonly string _path;
    readonly byte[] _bytes;

    TrainingCheckpoint(string path, byte[] bytes) => (_path, _bytes) = (path, bytes);

    internal static void Save(string path, TrainingOptions options, long step, TrainableDetr model, IReadOnlyDictionary<string, Tensor> mean, AdamW optimizer) => AtomicFile.Write(path, stream =>
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write(options.Key);
        writer.Write(step);
        foreach (var tensor in TensorsOf(model, mean))
        {
            var bytes = MemoryMarshal.AsBytes<float>(tensor.detach().contiguous().data<float>().ToArray());
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }

        optimizer.save_state_dict(writer);
    });

    /// <summary>Null where there is none.</summary>
    /// <exception cref="LabException">It is damaged, or of other options.</exception>
    internal static TrainingCheckpoint? Load(string path, TrainingOptions options)
    {
        if (!File.Exists(path)) { return null; }
        var bytes = File.ReadAllBytes(path);
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes));
            if (reader.ReadString() != Magic) { throw Unusable(path, "it is no checkpoint of a training run"); }
            if (reader.ReadString() != options.Key) { throw Unusable(path, "it belongs to a run with other options"); }
        }
        catch (Exception e) when (e is IOException or FormatException) { throw Unusable(path, "it ends early"); }

        return new(path, bytes);
    }

    /// <summary>Steps of the run that it belongs to; null where there is none that can be read.</summary>
    internal static long? StepsOf(string path)
    {
        if (!File.Exists(path)) { return null; }
        try
        {
            using var reader = new BinaryReader(InputFile.Open(path));
            return reader.ReadString() == Magic ? JsonSerializer.Deserialize<TrainingOptions>(reader.ReadString(), LabJson.OneLine)?.Steps : null;
        }
        catch (Exception e) when (e is IOException or FormatException or JsonException) { return null; } // Load says why
    }

    /// <summary>Puts everything back; returns the step.</summary>
    /// <exception cref="LabException">It is damaged.</exception>
    internal long Restore(TrainableDetr model, IReadOnlyDictionary<string, Tensor> mean, AdamW optimizer)
    {
        try { return RestoreWhole(model, mean, optimizer); }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException or ExternalException) { throw Unusable(_path, "it ends early, or was changed"); }
    }

    long RestoreWhole(TrainableDetr model, IReadOnlyDictionary<string, Tensor> mean, AdamW optimizer)
    {
        using var reader = new BinaryReader(new MemoryStream(_bytes));
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        _ = (reader.ReadString(), reader.ReadString());
        var step = reader.ReadInt64();
        foreach (var target in TensorsOf(model, mean))
        {
            var values = MemoryMarshal.Cast<byte, float>(reader.ReadBytes(reader.ReadInt32()));
            target.copy_(tensor(values.ToArray(), target.shape));
        }

        optimizer.load_state_dict(reader);
        return step;
    }

    static IEnumerable<Tensor> TensorsOf(TrainableDetr model, IReadOnlyDictionary<string, Tensor> mean) =>
        model.Parameters.Values.Cast<Tensor>().Concat(model.Statistics.Values).Concat(mean.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => m.Value));

    static LabException Unusable(string path, string found) => LabError.BadInput($"'{path}' cannot be gone on with: {found}. Name another folder with --out, or remove it to begin anew.");
}
