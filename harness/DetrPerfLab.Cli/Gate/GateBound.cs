namespace DetrPerfLab.Cli;

/// <summary>A figure that does not depend on the clock, on both sides, and how far it may move.</summary>
/// <param name="Broken">What moved, and by how much; null where it holds.</param>
sealed record GateBound(string Name, double Base, double? Head, string? Broken)
{
    /// <summary>By the name of a figure: share by which it may grow, and what it is called.</summary>
    static readonly Dictionary<string, (double Share, double Slack, string Title)> s_known = new(StringComparer.Ordinal)
    {
        ["allocated_bytes"] = (0.01, 64, "managed bytes an operation"), // the runtime's own counters tick in small steps
        ["model_bytes"] = (0.001, 0, "model size, bytes"),
        ["nodes"] = (0, 0, "nodes of the optimised graph"),
        ["casts"] = (0, 0, "casts"),
        ["quantize_nodes"] = (0, 0, "quantise and dequantise nodes"),
        ["operations"] = (0.001, 0, "operations"),
        [UnitReading.Peak] = (0.03, 0, "peak memory, bytes"),
    };

    internal string Title => s_known.TryGetValue(Name, out var known) ? known.Title : Name;

    internal static IEnumerable<string> Names => s_known.Keys.Concat(["agreement", "ap"]);

    /// <summary>A figure of the lab's may not grow; one of a program of the user's may not move either way, since nobody knows here which way is good.</summary>
    /// <param name="copy">Of the base's copy: where two identical builds differ by more than is allowed, nothing is said of the head.</param>
    /// <returns>Null where the base does not tell it: there is nothing to compare with.</returns>
    internal static GateBound? Of(string name, double? @base, double? head, double? copy, IReadOnlyCollection<string> allowed)
    {
        var isKnown = s_known.TryGetValue(name, out var known);
        var (share, slack, title) = isKnown ? known : (LeastOfOthers, 0, name);
        if (@base is not { } before) { return null; }
        if (head is not { } after) { return new(name, before, null, allowed.Contains(name) ? null : $"{title}: the head does not tell it any more (--allow {name})"); }
        bool Moved(double value) => (isKnown ? value - before : Math.Abs(value - before)) > (Math.Abs(before) * share) + slack;
        var moved = !allowed.Contains(name) && Moved(after) && !(copy is { } same && Moved(same));
        return new(name, before, after, moved
            ? FormattableString.Invariant($"{title}: {before:0.####} → {after:0.####}{(before > 0 ? $" ({(after / before) - 1:+0.0 %;-0.0 %})" : "")}, allowed {(isKnown ? share > 0 ? $"{share:+0.0 %}" : "no more" : $"±{share:0.0 %}")} (--allow {name})") : null);
    }

    /// <summary>The head's answers held against the base's.</summary>
    internal static GateBound Agreement(AgreementInfo found, double mostClassChanges, IReadOnlyCollection<string> allowed)
    {
        var changed = (found.ClassChangedShare ?? 0) * 100;
        var wrong = !allowed.Contains("agreement") && (changed > mostClassChanges || found.LogitsCosine < LeastCosine);
        return new("agreement", 0, changed, wrong
            ? FormattableString.Invariant($"outputs: {changed:0.0} % of the classes changed, cosine {found.LogitsCosine:F3}; allowed {mostClassChanges:0.#} % (--max-class-changes) and {LeastCosine}") : null);
    }

    internal static GateBound Ap(double @base, double head, double mostLoss, IReadOnlyCollection<string> allowed) =>
        new("ap", @base, head, !allowed.Contains("ap") && (@base - head) * 100 > mostLoss ? FormattableString.Invariant($"AP: {@base:F4} → {head:F4}, allowed a loss of {mostLoss:0.##} points (--max-ap-loss)") : null);

    const double LeastOfOthers = 0.03;
    const double LeastCosine = 0.8; // below it the outputs are another model's, not a coarser one's
}
