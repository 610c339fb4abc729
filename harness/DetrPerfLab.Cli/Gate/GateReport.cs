using System.Text;
using System.Xml.Linq;
using static System.FormattableString;

namespace DetrPerfLab.Cli;

/// <summary>What a gate found, for a person, for a pull request, for programs.</summary>
sealed class GateReport(GateOptions options, IReadOnlyList<GateKnowledge> known, GateRule rule)
{
    const int BarHalf = 20; // characters to each side of no change

    internal GateRule Rule => rule;

    internal void Write(IReadOnlyList<GateOutcome> outcomes, ExitCode code, TextWriter output)
    {
        output.WriteLine(Verdict(outcomes));
        var width = Math.Max(4, outcomes.Max(o => o.Case.Name.Length));
        output.WriteLine($"{"case".PadRight(width)} verdict    slow-down of the head [99 %]  of the base's copy [99 %]     blocks  base, ms");
        foreach (var o in outcomes)
        {
            output.WriteLine(Invariant($"{o.Case.Name.PadRight(width)} {Name(o.Case.Verdict),-10} {Text(o.Case.SlowDown),-29} {Text(o.Case.NullControl),-29} {o.Case.Blocks.Count,6} {o.BaseMs,9:0.##}"));
        }

        foreach (var line in Reasons(outcomes).Concat(Facts())) { output.WriteLine(line); }
        if (options.Summary is { } summary) { AtomicFile.WriteText(summary, Markdown(outcomes)); }
        if (options.Json is { } json) { LabJson.Write(json, Json(outcomes, code)); }
        if (options.JUnit is { } junit) { AtomicFile.WriteText(junit, JUnit(outcomes.Select(TestCase))); }
    }

    internal void WriteFailure(string reason)
    {
        if (options.Summary is { } summary) { AtomicFile.WriteText(summary, $"## Gate: failed\n\n{reason}\n"); }
        if (options.Json is { } json) { LabJson.Write(json, new { Verdict = "failed", Reason = reason }); }
        if (options.JUnit is { } junit) { AtomicFile.WriteText(junit, JUnit(options.Cases.Select(c => new XElement("testcase", new XAttribute("name", $"{c}"), new XAttribute("classname", "detrlab gate"), new XElement("error", new XAttribute("message", reason)))))); }
    }

    /// <summary>The worst of all comes first.</summary>
    static string Verdict(IReadOnlyList<GateOutcome> outcomes)
    {
        var broken = outcomes.Count(o => o.Broken.Any());
        string[] parts =
        [
            .. Parts(GateVerdict.Slower), .. broken > 0 ? (string[])[$"{broken} with a bound broken"] : [], .. Parts(GateVerdict.Undecided), .. Parts(GateVerdict.Faster), .. Parts(GateVerdict.Same),
        ];
        return $"gate: {string.Join(", ", parts)}";

        IEnumerable<string> Parts(GateVerdict verdict) =>
            outcomes.Count(o => o.Case.Verdict == verdict) is > 0 and var count ? [outcomes.Count == 1 ? Name(verdict) : $"{count} {Name(verdict)}"] : [];
    }

    static string Name(GateVerdict? verdict) => verdict.ToString()!.ToLowerInvariant();

    static string Text(Interval? share) => share is { } s ? GateCase.Percent(s) : "-";

    /// <summary>What stands behind the verdicts; nothing where all is as it was.</summary>
    static IEnumerable<string> Reasons(IReadOnlyList<GateOutcome> outcomes)
    {
        foreach (var o in outcomes)
        {
            if (o.Case.Reason is { } reason) { yield return $"{o.Case.Name}: no verdict: {reason}"; }
            foreach (var bound in o.Broken) { yield return $"{o.Case.Name}: {bound}"; }
        }
    }

    IEnumerable<string> Facts()
    {
        yield return Invariant($"slower, faster: the whole interval beyond {100 * rule.DeadBand / 2:0.#} %, and beyond all that a restless copy shows, slower twice over; same: within {100 * rule.DeadBand:0.#} %; seed {options.Seed}.");
        yield return known.Count > 0 && known[0].Sentence() is { Length: > 0 } sentence ? $"On this machine {sentence}." : "How often this gate errs on this machine is not known: detrlab gate --self-test";
    }

    string Markdown(IReadOnlyList<GateOutcome> outcomes)
    {
        var text = new StringBuilder($"## {Verdict(outcomes).Replace("gate: ", "Gate: ", StringComparison.Ordinal)}\n\n{options.Base.Text} → {options.Head.Text}\n\n");
        text.Append("| case | verdict | slow-down of the head [99 %] | of the base's copy [99 %] | base, ms |\n|---|---|---:|---:|---:|\n");
        foreach (var o in outcomes)
        {
            text.Append(Invariant($"| `{o.Case.Name}` | {Name(o.Case.Verdict)}{(o.Broken.Any() ? ", bound broken" : "")} | {Text(o.Case.SlowDown)} | {Text(o.Case.NullControl)} | {o.BaseMs:0.##} |\n"));
        }

        text.Append("\n```text\n");
        foreach (var o in outcomes) { text.Append($"{Bar(o.Case.SlowDown, rule)}  {o.Case.Name}\n"); }
        text.Append(Invariant($"faster ◄ {"",BarHalf - 10} 0 {"",BarHalf - 10} ► slower; ┊ dead band of {100 * rule.DeadBand:0.#} %\n```\n"));
        foreach (var line in Reasons(outcomes)) { text.Append($"\n- {line}"); }
        text.Append($"\n\n<sub>{string.Join(' ', Facts())}</sub>\n");
        return text.ToString();
    }

    /// <summary>From twice the dead band below to twice above, for example <c>          ┊    ━━●━━     ┊          </c>.</summary>
    internal static string Bar(Interval? share, GateRule rule)
    {
        var bar = new string(' ', (2 * BarHalf) + 1).ToCharArray();
        int Place(double value) => Math.Clamp((int)Math.Round(value / (2 * rule.DeadBand) * BarHalf), -BarHalf, BarHalf) + BarHalf;
        (bar[Place(-rule.DeadBand)], bar[Place(rule.DeadBand)], bar[BarHalf]) = ('┊', '┊', '│');
        if (share is { } s)
        {
            for (var at = Place(s.Lower); at <= Place(s.Upper); at++) { bar[at] = '━'; }
            bar[Place(s.Value)] = '●';
        }

        return new(bar);
    }

    object Json(IReadOnlyList<GateOutcome> outcomes, ExitCode code) => new
    {
        Verdict = Verdict(outcomes)["gate: ".Length..],
        ExitCode = (int)code,
        Base = options.Base.Text,
        Head = options.Head.Text,
        options.Seed,
        rule.DeadBand,
        Cases = outcomes.Select(o => new { o.Case.Name, o.Case.Verdict, o.Case.Reason, o.Case.SlowDown, o.Case.NullControl, o.BaseMs, o.Bounds, o.Case.Blocks }),
        Knowledge = known,
    };

    XElement TestCase(GateOutcome o)
    {
        var element = new XElement("testcase", new XAttribute("name", o.Case.Name), new XAttribute("classname", "detrlab gate"), new XAttribute("time", Invariant($"{o.Case.Blocks.Sum(b => b.MediansMs.Sum()) / 1000:0.000}")));
        var broken = o.Broken.ToList();
        if (o.Case.Verdict == GateVerdict.Slower || broken.Count > 0)
        {
            element.Add(new XElement("failure", new XAttribute("message", string.Join("; ", (string[])[.. o.Case.Verdict == GateVerdict.Slower ? (string[])[$"slower by {Text(o.Case.SlowDown)}"] : [], .. broken]))));
        }
        else if (o.Case.Verdict == GateVerdict.Undecided)
        {
            element.Add(options.NoVerdict == NoVerdict.Fail ? new XElement("failure", new XAttribute("message", $"no verdict: {o.Case.Reason}")) : new XElement("skipped", new XAttribute("message", $"no verdict: {o.Case.Reason}")));
        }

        element.Add(new XElement("system-out", $"head {Text(o.Case.SlowDown)}, base's copy {Text(o.Case.NullControl)}, {o.Case.Blocks.Count} blocks"));
        return element;
    }

    /// <summary>The form that GitHub's, GitLab's and Azure's readers share.</summary>
    static string JUnit(IEnumerable<XElement> cases)
    {
        var all = cases.ToList();
        var suite = new XElement("testsuite", new XAttribute("name", "detrlab gate"), new XAttribute("tests", all.Count), new XAttribute("failures", all.Count(c => c.Element("failure") is not null)),
            new XAttribute("errors", all.Count(c => c.Element("error") is not null)), new XAttribute("skipped", all.Count(c => c.Element("skipped") is not null)), all);
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + new XElement("testsuites", suite) + "\n";
    }
}
