using System.Text;
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
        // In one write, after whatever end a killed process left.
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        file.Seek(-Math.Min(1, file.Length), SeekOrigin.End);
        var unfinished = file.Length > 0 && file.ReadByte() != '\n';
        file.Write(Encoding.UTF8.GetBytes((unfinished ? "\n" : "") + JsonSerializer.Serialize(trial, LabJson.OneLine) + "\n"));
    }

    static GateTrial? Parse(string line)
    {
        try { return JsonSerializer.Deserialize<GateTrial>(line, LabJson.OneLine) is { IsWhole: true } trial ? trial : null; }
        catch (JsonException) { return null; }
    }
}
