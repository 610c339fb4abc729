using static System.FormattableString;

namespace DetrPerfLab.Cli;

/// <summary>A profile as a person reads it.</summary>
static class ProfileTable
{
    internal static void Print(EngineProfile profile, TextWriter output)
    {
        output.WriteLine(Invariant($"With the profiler {profile.WallMs:F1} ms, without {profile.PlainWallMs:F1} ms: it costs {100 * (profile.WallMs / profile.PlainWallMs - 1):F1} %. Means of {profile.Runs} runs each."));
        if (profile.EndToEndMs is { } endToEndMs)
        {
            output.WriteLine(Invariant($"Both are sums of pre, engine and post, which were measured in passes of their own. From photograph to detections as one pass, without the profiler: {endToEndMs:F1} ms."));
        }

        output.WriteLine(Invariant($"{profile.Flops / 1e9:F2} GFLOP counted on the float32 graph, a multiply-add as two{(profile.NotCounted.Count == 0 ? "" : $"; without {string.Join(", ", profile.NotCounted.Select(o => $"{o.Nodes} {o.Operator}"))}")}."));
        Print("module", profile.Modules, profile.ModulesGap, output);
        Print("operator", profile.Operators, profile.OperatorsGap, output);
    }

    static void Print(string kind, IReadOnlyList<ProfilePart> parts, string? gap, TextWriter output)
    {
        output.WriteLine();
        if (gap is not null)
        {
            output.WriteLine($"Not by {kind}: {gap}.");
            return;
        }

        var width = Math.Max(24, parts.Max(p => p.Name.Length));
        output.WriteLine(Row(kind, "nodes", "ms", "share", "GFLOP", "GFLOP/s"));
        foreach (var part in parts)
        {
            output.WriteLine(Row(
                part.Name,
                part.Nodes > 0 ? Invariant($"{part.Nodes}") : "",
                Invariant($"{part.Ms:F3}"),
                Invariant($"{100 * part.Share:F1} %"),
                Invariant($"{part.Flops / 1e9:F3}"),
                Invariant($"{part.GflopsPerSecond:F1}")));
        }

        output.WriteLine(Row("sum", "", Invariant($"{parts.Sum(p => p.Ms):F3}"), Invariant($"{100 * parts.Sum(p => p.Share):F1} %"), "", ""));

        string Row(string name, string count, string ms, string share, string work, string rate) =>
            $"{name.PadRight(width)} {count,6} {ms,10} {share,8} {work,10} {rate,9}".TrimEnd();
    }
}
