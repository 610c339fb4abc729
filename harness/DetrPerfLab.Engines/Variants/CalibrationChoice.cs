using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace DetrPerfLab.Engines;

/// <summary>What INT8 recipes calibrate on and keep in float, where the user says so.</summary>
public sealed record CalibrationChoice
{
    // Environment variables reach the processes of benchmark cases.
    public const string FolderVariable = "DETRLAB_CALIBRATE";
    public const string KeepListVariable = "DETRLAB_KEEP_LIST";

    /// <summary>Folder of photographs, a COCO folder with <c>images/</c>, or a text file that lists photographs; null for built-in pictures.</summary>
    public string? Folder { get; init; }

    /// <summary>Most photographs to use, evenly taken out of the folder; of built-in pictures, the first.</summary>
    public int Images
    {
        get;
        init => field = value >= 1 ? value : throw LabError.OutOfRange(value, "1 or more");
    } = 32;

    /// <summary>Table of <c>detrlab sensitivity</c> whose keep-list stays float in INT8-static; null for the rules alone.</summary>
    public string? KeepList { get; init; }

    /// <summary>How ranges are chosen unless the user says otherwise: photographs have rare large values, which percentiles cut; the built-in pictures have none.</summary>
    [JsonIgnore]
    public CalibrationMethod Method => Folder is null ? CalibrationMethod.MinMax : CalibrationMethod.Percentile;

    public static CalibrationChoice FromEnvironment() => new() { Folder = Read(FolderVariable), KeepList = Read(KeepListVariable) };

    /// <summary>Changes when the photographs, their number or the keep-list do.</summary>
    internal string Identity()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in (Folder is null ? [] : Photographs()).Append(FormattableString.Invariant($"{Images}")))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(File.Exists(file) ? FileHash.Sha256(file) : file));
        }

        if (KeepList is not null) { hash.AppendData(Encoding.UTF8.GetBytes("keep " + FileHash.Sha256(KeepList))); }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    internal IReadOnlyList<string> Photographs() => CalibrationImages.InFolder(Folder!);

    internal QuantizationPlan Apply(QuantizationPlan plan) => KeepList is null ? plan : SensitivityTable.Load(KeepList).Apply(plan);

    static string? Read(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
