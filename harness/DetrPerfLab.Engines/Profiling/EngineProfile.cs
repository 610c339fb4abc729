namespace DetrPerfLab.Engines;

/// <summary>Where the time of an inference goes.</summary>
/// <remarks>Times are means, since only means add up: the parts of either table sum to <see cref="WallMs"/>.</remarks>
public sealed record EngineProfile
{
    /// <summary>The row that takes what no part of the profile accounts for.</summary>
    public const string Unattributed = "unattributed";

    public required string Name { get; init; }

    /// <summary>Inferences with the profiler, and as many without.</summary>
    public required int Runs { get; init; }
    public required double WallMs { get; init; }

    /// <summary>The same without the profiler. On libtorch in turns; on ONNX Runtime, where a profiler cannot be restarted, right after in the same session.</summary>
    public required double PlainWallMs { get; init; }

    /// <summary>Photograph to detections measured as one, without the profiler, milliseconds; null where the profile is of the engine alone.</summary>
    public double? EndToEndMs { get; init; }

    /// <summary>Operations of one inference that could be counted, a multiply-add as two.</summary>
    public double Flops { get; init; }
    public IReadOnlyList<OperatorCount> NotCounted { get; init; } = [];

    /// <summary>In the order of execution, what lies outside all modules last; empty with a <see cref="ModulesGap"/>.</summary>
    public IReadOnlyList<ProfilePart> Modules { get; init; } = [];
    public string? ModulesGap { get; init; }

    /// <summary>Largest first, what lies outside all operators last; empty with an <see cref="OperatorsGap"/>.</summary>
    public IReadOnlyList<ProfilePart> Operators { get; init; } = [];
    public string? OperatorsGap { get; init; }

    /// <summary>
    /// The same with rows <c>pre</c> (photograph to tensors) and <c>post</c> (tensors to detections) in each table. The new whole is the sum of the three, since a
    /// profiled engine would slow the passes that they are taken from; <paramref name="endToEndMs"/>, by one clock from start to end without the profiler, is what
    /// to compare that sum with.
    /// </summary>
    public EngineProfile Around(double preMs, double postMs, double endToEndMs)
    {
        var whole = preMs + WallMs + postMs;
        return this with
        {
            WallMs = whole,
            PlainWallMs = preMs + PlainWallMs + postMs,
            EndToEndMs = endToEndMs,
            Modules = Surround(Modules),
            Operators = Surround(Operators),
        };

        IReadOnlyList<ProfilePart> Surround(IReadOnlyList<ProfilePart> parts) => parts.Count == 0 ? parts :
        [
            new("pre", preMs, preMs / whole, 0, null),
            .. parts.Select(p => p with { Share = p.Ms / whole }),
            new("post", postMs, postMs / whole, 0, null),
        ];
    }

    /// <summary>The parts with their shares of a whole, and its remainder.</summary>
    internal static IReadOnlyList<ProfilePart> Parts(double wallMs, IEnumerable<ProfilePart> parts)
    {
        var rows = parts.Select(p => p with { Share = p.Ms / wallMs }).ToList();
        var rest = wallMs - rows.Sum(r => r.Ms);
        return [.. rows, new(Unattributed, rest, rest / wallMs, 0, null)];
    }
}

/// <summary>A module or an operator: its mean time, its share of the wall time with the profiler, its nodes (0 where there are none to count).</summary>
/// <param name="Flops">Operations of the FP32 graph that it stands for, a multiply-add as two; null where they were not counted.</param>
public sealed record ProfilePart(string Name, double Ms, double Share, int Nodes, double? Flops)
{
    public double? GflopsPerSecond => Flops is > 0 && Ms > 0 ? Flops / Ms / 1e6 : null;
}
