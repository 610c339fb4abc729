using System.Text.Json;

namespace DetrPerfLab.Cli;

/// <summary>The raw records of the self-test of one machine: <c>results/&lt;machine&gt;/gate.jsonl</c>, a line a gate, added one by one.</summary>
static class GateTrials
{
    const string Name = "gate.jsonl";

    internal static string PathOf(string results, MachineInfo machine) => Path.Combine(LabResults.Open(results).FolderOf(machine), Name);

    /// <summary>A last line that a killed process left unfinished is no record.</summary>
    internal static IReadOnlyList<GateTrial> Read(string path) => !File.Exists(path) ? [] : [.. File.ReadLines(path).Select(Parse).OfType<GateTrial>()];

    internal static void Add(string path, GateTrial trial)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var begun = File.Exists(path) && File.ReadAllBytes(path) is [.., not (byte)'\n'];
        File.AppendAllText(path, (begun ? "\n" : "") + JsonSerializer.Serialize(trial, LabJson.OneLine) + "\n");
    }

    static GateTrial? Parse(string line)
    {
        try { return JsonSerializer.Deserialize<GateTrial>(line, LabJson.OneLine) is { IsWhole: true } trial ? trial : null; }
        catch (JsonException) { return null; }
    }
}
