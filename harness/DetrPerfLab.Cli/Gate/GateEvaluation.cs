using System.Text.Json;

namespace DetrPerfLab.Cli;

/// <summary>AP of a side, from <c>detrlab eval</c> of its own build, in a process of its own.</summary>
static class GateEvaluation
{
    internal static double Ap(string detrlab, string model, GateCaseName one, string coco, string images, FamilyOptions family, CancellationToken cancellation)
    {
        var file = Path.Combine(Path.GetTempPath(), $"detrlab-gate-{Path.GetRandomFileName()}.json");
        List<string> arguments = [detrlab, "eval", "--model", model, "--engine", one.Variant, "--coco", coco, "--images", images, "--out", file, "--json"];
        if (one.Side is { } side) { arguments.AddRange(["--size", $"{side}"]); }
        if (family.Family is { } named) { arguments.AddRange(["--family", named]); }
        var ended = ChildProgram.Run(EngineProgram.Dotnet(arguments), cancellation);
        File.Delete(file);
        if (ended.ExitCode != 0) { throw LabError.CheckFailed($"{one}: 'detrlab eval' ended with {ended.ExitCode}: {ended.Error.Trim().Split('\n')[^1]}"); }
        using var json = JsonDocument.Parse(ended.Output);
        return json.RootElement.TryGetProperty("summary", out var summary) && summary.TryGetProperty("AP", out var ap) ? ap.GetDouble()
            : throw LabError.CheckFailed($"{one}: the data set '{coco}' gives no AP.");
    }
}
