using System.Security.Cryptography;
using System.Text;

namespace DetrPerfLab.Onnx;

/// <summary>What a part of the calibration inputs gave: parts that several machines made are added up, and give the ranges that one machine alone would find.</summary>
/// <remarks>Histograms nest exactly, whatever the order: see <see cref="ActivationHistogram"/>.</remarks>
public sealed class CalibrationPart
{
    const string Magic = "detrlab-calibration-part-1";

    readonly Dictionary<string, ActivationHistogram> _histograms;

    CalibrationPart(string name, string key, Shard shard, string inputSha256, Dictionary<string, ActivationHistogram> histograms) =>
        (Name, Key, Shard, InputSha256, _histograms) = (name, key, shard, inputSha256, histograms);

    internal string Name { get; }
    internal string Key { get; } // all that must be equal of parts that belong together
    internal Shard Shard { get; }
    internal string InputSha256 { get; }

    /// <summary>Calibrates on the inputs of one part, and writes what they gave.</summary>
    /// <param name="about">All inputs of all parts, as text: parts of others are refused.</param>
    public static void Make(
        string path, ConversionSource source, StaticOptions options, string about, Shard shard, ICalibrationRunner runner, IEnumerable<TensorSet> inputs, int count,
        Action<long, long>? progress = null, CalibrationCheckpoint? checkpoint = null, CancellationToken cancellation = default)
    {
        var quantizer = new StaticQuantizer(source.Model, options);
        var table = ActivationCalibration.Run(runner, quantizer.Prepared, quantizer.TensorsToCalibrate, inputs, count, progress, checkpoint: checkpoint, cancellation: cancellation);
        HistogramFile.Save(path, [Magic, KeyOf(source, quantizer.TensorsToCalibrate, about), shard.ToString(), table.InputSha256], table.Histograms);
    }

    /// <exception cref="LabException">It is no part, or was cut or changed.</exception>
    public static CalibrationPart Load(string path)
    {
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, "Name parts that 'detrlab quantize --shard' wrote."); }
        return HistogramFile.Load(path) is ([Magic, var key, var part, var sha256], var histograms) && Shard.Parse(part) is { } shard ? new(path, key, shard, sha256, histograms)
            : throw LabError.BadInput($"'{path}' is no whole part of a calibration: it was cut, changed, or is another kind of file. Make it again: detrlab quantize … --shard");
    }

    /// <summary>All parts as one calibration; of a part that was made twice the first counts.</summary>
    internal static CalibrationTable Merge(IReadOnlyList<CalibrationPart> parts, ConversionSource source, IReadOnlyList<string> values, string about)
    {
        if (parts.FirstOrDefault(p => p.Key != KeyOf(source, values, about)) is { } foreign)
        {
            throw LabError.BadInput($"'{foreign.Name}' was made of another model, other calibration images or another plan. Name the parts of this very command with --shard.");
        }

        Shard.RequireAll([.. parts.Select(p => (p.Name, p.Shard))], "detrlab quantize … --shard");
        var byNumber = parts.DistinctBy(p => p.Shard.Number).OrderBy(p => p.Shard.Number).ToList();
        var sum = values.ToDictionary(v => v, _ => new ActivationHistogram(), StringComparer.Ordinal);
        foreach (var (name, histogram) in byNumber.SelectMany(p => p._histograms)) { sum[name].Add(histogram); }
        return new(sum, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(' ', byNumber.Select(p => p.InputSha256))))));
    }

    static string KeyOf(ConversionSource source, IEnumerable<string> values, string about) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [source.Sha256, about, .. values]))));
}
