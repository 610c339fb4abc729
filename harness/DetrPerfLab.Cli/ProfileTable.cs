using System.Globalization;
using DetrPerfLab.Engines;

namespace DetrPerfLab.Cli;

/// <summary>A profile as a person reads it.</summary>
static class ProfileTable
{
    internal static void Print(EngineProfile profile, TextWriter output)
    {
        output.WriteLine(Text($"With the profiler {profile.WallMs:F1} ms, without {profile.PlainWallMs:F1} ms: it costs {100 * (profile.WallMs / profile.PlainWallMs - 1):F1} %. Means of {profile.Runs} runs in turns."));
        output.WriteLine(Text($"{profile.Flops / 1e9:F2} GFLOP counted on the float32 graph, a multiply-add as two{(profile.NotCounted.Count == 0 ? "" : $"; without {string.Join(", ", profile.NotCounted.Select(o => $"{o.Nodes} {o.Operator}"))}")}."));
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

        output.WriteLine($"{kind,-24} {"nodes",6} {"ms",10} {"share",8} {"GFLOP",9} {"GFLOP/s",9}");
        foreach (var part in parts)
        {
            output.WriteLine(Text($"{part.Name,-24} {(part.Nodes > 0 ? part.Nodes : ""),6} {part.Ms,10:F3} {100 * part.Share,6:F1} % {part.Flops / 1e9,9:F3} {part.GflopsPerSecond,9:F1}"));
        }

        output.WriteLine(Text($"{"sum",-24} {"",6} {parts.Sum(p => p.Ms),10:F3} {100 * parts.Sum(p => p.Share),6:F1} %"));
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
