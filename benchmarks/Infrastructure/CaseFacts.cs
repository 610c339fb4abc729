using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Benchmarks;

/// <summary>What a case's own process knows beside its times. It leaves this file for the host, which joins both into a <see cref="RunResult"/>.</summary>
sealed record CaseFacts
{
    const string FolderVariable = "DETRLAB_CASE_FACTS";

    public required DateTimeOffset Started { get; init; }
    public ArtefactInfo? Artefact { get; init; }
    public EngineInfo? Engine { get; init; }
    public ColdInfo? Cold { get; init; }
    public WarmUpInfo? WarmUp { get; init; }
    public HarnessCostInfo? HarnessCost { get; init; }
    public AuditInfo? Audit { get; init; }
    public string? AuditGap { get; init; }
    public ContaminationInfo? Contamination { get; init; }
    public IReadOnlyList<Finding> Findings { get; init; } = [];
    public MemoryInfo? Memory { get; init; }
    public AgreementInfo? Agreement { get; init; }
    /// <summary>How many of BenchmarkDotNet's samples are real; the rest came after a slow case's time was spent.</summary>
    public int? Samples { get; init; }

    public int ImagesPerOperation { get; init; } = 1;
    public int? InputSide { get; init; }

    /// <summary>Operations in one sample.</summary>
    public int Repeats { get; init; } = 1;

    public GcInfo? Gc { get; init; }
    public string? Gap { get; init; }

    /// <summary>Whether the gap is something that this machine lacks, which is no failure.</summary>
    public bool GapIsLack { get; init; }

    /// <summary>Set by the host for its cases: where they leave their facts.</summary>
    internal static (string Name, string Folder) Variable(string folder) => (FolderVariable, folder);

    /// <summary>Called in the case's process.</summary>
    internal void Save(string id) => Save(
        Environment.GetEnvironmentVariable(FolderVariable) ?? throw new InvalidOperationException($"{FolderVariable} is not set: benchmarks run through Program.cs only."), id);

    /// <inheritdoc cref="Save(string)"/>
    internal void Save(string folder, string id) => AtomicFile.WriteText(FileOf(folder, id), JsonSerializer.Serialize(this, LabJson.Options));

    /// <summary>Called in the host; null when the case died before it could say anything.</summary>
    internal static CaseFacts? Load(string folder, string id) =>
        File.Exists(FileOf(folder, id)) ? JsonSerializer.Deserialize<CaseFacts>(File.ReadAllText(FileOf(folder, id)), LabJson.Options) : null;

    static string FileOf(string folder, string id) =>
        Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))[..16] + ".json");
}
