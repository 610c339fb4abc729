namespace DetrPerfLab.Report;

/// <summary>What the figures rest on: warm-ups, samples, verdicts, environment, and how to repeat each row.</summary>
static class TrustSection
{
    static readonly Column[] s_columns =
    [
        new("result"),
        new("samples", Numeric: true),
        new("outliers", Numeric: true, Help: "beyond 1.5 quartile ranges; kept in all figures"),
        new("warm-up", Numeric: true, Help: "operations before the samples"),
        new("start to first, ms", Numeric: true, Help: "from the start of the process to its first detections"),
        new("load, ms", Numeric: true, Help: "loading the model and building the engine"),
        new("first, ms", Numeric: true, Help: "the engine's first inference"),
        new("audit", Help: "timed operations whose outputs were compared with those that had been held against the reference, and others on inputs never seen before"),
        new("run", Help: "what disturbed it"),
        new("artefact", Help: "first digits of its sha256"),
        new("commit"),
    ];

    internal static Section Create(ReportModel model)
    {
        var blocks = new List<Block>();
        blocks.AddRange(model.Problems.Select(p => new Paragraph([p], Tone.Warning)));
        blocks.Add(new PointList([.. Points(model)]));
        if (model.Machine is { } machine) { blocks.Add(Environment(machine)); }
        else { blocks.Add(new Paragraph(["machine.json is missing or damaged: what measured these results is not known."], Tone.Warning)); }
        blocks.Add(new Table("What each result rests on", s_columns, [.. model.Cases.Select(Row)]) { Long = true });
        blocks.Add(new Paragraph(["Every row can be measured again with the suite that its name begins with:"]));
        blocks.Add(new CodeBlock(string.Join('\n', Repeating.Commands(model.Cases))));
        return new Section("trust", "What the figures rest on", blocks);
    }

    static IEnumerable<IReadOnlyList<Inline>> Points(ReportModel model)
    {
        var measured = model.Cases.Where(c => c.Summary is not null).ToArray();
        yield return [$"{Format.Count(measured.Length, "case")} with samples, {Format.Count(model.Cases.Count - measured.Length, "gap")} with a reason."];
        var watched = measured.Where(c => c.Run.Contamination is not null).ToArray();
        int Of(ContaminationVerdict verdict) => watched.Count(c => c.Run.Contamination!.Verdict == verdict);
        yield return [watched.Length == 0
            ? "No run was watched for disturbances."
            : $"Disturbances: {Of(ContaminationVerdict.Clean)} clean, {Of(ContaminationVerdict.Noisy)} noisy, {Of(ContaminationVerdict.Contaminated)} contaminated, {measured.Length - watched.Length} not watched."];
        var unsteady = measured.Count(c => c.Run.WarmUp is { Steady: false });
        yield return [$"Warm-up: {(unsteady == 0 ? "every case that stored it was steady before its samples" : $"{Format.Count(unsteady, "case")} not steady before the samples")}."];
        if (measured.Where(c => c.Run.HarnessCost is not null).ToArray() is { Length: > 0 } costed)
        {
            // The clock is read once a sample, which may hold many operations.
            var worst = costed.MaxBy(c => c.Run.HarnessCost!.MedianUs / c.Summary!.Median / c.Run.OperationsPerSample)!;
            var share = worst.Run.HarnessCost!.MedianUs / 1000 / (worst.Summary!.Median * worst.Run.OperationsPerSample);
            var single = costed.Where(c => c.Run.OperationsPerSample == 1).Select(c => c.Run.HarnessCost!.MedianUs).DefaultIfEmpty().Max();
            yield return [$"The harness itself adds {(single > 0 ? $"at most {Format.Significant(single)} µs to a sample of one operation, and " : "")}at most {Format.Percent(share, 3)} to any sample (", Inline.Code(worst.Run.Id), ")."];
        }

        if (measured.Where(c => c.Run.Audit is not null).ToArray() is { Length: > 0 } audited)
        {
            int Sum(Func<AuditInfo, int> count) => audited.Sum(c => count(c.Run.Audit!));
            var followed = audited.Count(c => c.Run.Audit!.Response is not null);
            var unsure = audited.Count(c => !ExcludesCaching(c.Run.Audit!));
            yield return [$"Audit, off the clock, of {Format.Count(audited.Length, "case")}: the outputs of {Sum(a => a.Checks)} timed operations were compared with those that had been held against the reference before. " +
                $"{Sum(a => a.FreshInputs)} others ran on inputs never seen before: every output had to be filled with finite figures other than the usual ones" +
                (followed > 0 ? $", in {Format.Count(followed, "case")} the first had to follow the reference" : "") +
                (Sum(a => a.Replayed ?? 0) is > 0 and var replayed ? $", {replayed} were run again after the samples and had to give the same" : "") +
                $". Times on fresh inputs were held against the usual ones, which excludes a cache {(unsure == 0 ? "in all of them" : $"where {AuditInfo.LeastFresh} or more were timed; in {Format.Count(unsure, "case")} it could not be excluded, as the table below marks")}."];
        }

        yield return ["Intervals: 95 %, percentile bootstrap of medians with a fixed seed; ratios only between cases of one suite, by rounds where they took turns. Percentiles only from as many samples as they need."];
        string[] fingerprints = [.. model.Cases.Select(c => c.Run.Machine).Distinct().Order(StringComparer.Ordinal)];
        yield return [$"Fingerprint of machine and software: ", Inline.Code(string.Join(", ", fingerprints)),
            fingerprints.Length > 1 ? ". More than one: these results do not all come from the same environment." : "."];
    }

    static Table Environment(MachineInfo m)
    {
        (string Name, string? Value)[] rows =
        [
            ("processor", m.CpuModel),
            ("processor id", m.CpuId),
            ("cores", m.Cores.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("CPU quota", m.CpuQuota is { } quota ? $"{Format.Significant(quota)} cores" : null),
            ("instruction sets", m.Isa.Count > 0 ? string.Join(", ", m.Isa) : null),
            ("memory", m.MemoryBytes > 0 ? $"{Format.Mebibytes(m.MemoryBytes)} MiB" : null),
            ("governor", m.Governor),
            ("hypervisor", m.Hypervisor),
            ("system", m.Os),
            ("runtime", m.Runtime),
            .. m.Peaks.Select(p => ($"measured peak, {p.Precision}{(p.Threads is { } threads ? $", {threads} thread{(threads == 1 ? "" : "s")}" : "")}", (string?)$"{Format.Significant(p.GflopsPerSecond)} GOP/s{(p.How is { } how ? $" ({how})" : "")}")),
            ("measured memory bandwidth", m.MemoryGbPerSecond is { } rate ? $"{Format.Significant(rate)} GB/s" : null),
            .. m.Packages.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => (p.Key, (string?)p.Value)),
        ];
        return new Table("The environment", [new("environment"), new("")], [.. rows
            .Select(r => (IReadOnlyList<Cell>)[new(r.Name), r.Value is null ? Cell.Empty("not known, or not told by this machine") : new(r.Value)])]);
    }

    static Cell Audit(CaseView view) => view.Run.Audit is not { } audit ? view.Gap is null ? Cell.Empty(view.Run.AuditGap ?? "its outputs were checked before the samples only") : Cell.Blank
        : new($"{audit.Checks} checked, {audit.FreshInputs} fresh", audit.Checks, audit.FreshToUsual is { } ratio ? $"fresh inputs took {Format.Times(ratio)} the usual time" : null)
        {
            Note = ExcludesCaching(audit) ? null : $"fewer than {AuditInfo.LeastFresh} fresh inputs: a cache could not be excluded",
        };

    /// <summary>Older results do not say it themselves.</summary>
    static bool ExcludesCaching(AuditInfo audit) => audit.CachingExcluded ?? audit.FreshInputs >= AuditInfo.LeastFresh;

    static IReadOnlyList<Cell> Row(CaseView view) =>
    [
        new(Inline.Code(view.Run.Id)),
        new(view.Run.SamplesMs.Count.ToString(System.Globalization.CultureInfo.InvariantCulture), view.Run.SamplesMs.Count),
        view.Summary is { } s ? new(s.Outliers.ToString(System.Globalization.CultureInfo.InvariantCulture), s.Outliers) : Cell.Blank,
        view.Run.WarmUp is { } w ? new($"{w.Operations}{(w.Steady ? "" : ", not steady")}", w.Operations, w.Rule) : view.Gap is null ? Cell.Empty("not stored") : Cell.Blank,
        ColdSection.Ms(view, c => c.ProcessToFirstMs),
        ColdSection.Ms(view, c => c.LoadMs),
        ColdSection.Ms(view, c => c.FirstMs),
        Audit(view),
        view.Run.Contamination is { } c ? new(c.Verdict.ToString().ToLowerInvariant(), hint: string.Join("; ", c.Reasons)) : view.Gap is null ? Cell.Empty("not watched") : Cell.Blank,
        view.Run.Artefact is { } a ? new(Inline.Code(a.Sha256[..Math.Min(10, a.Sha256.Length)]), hint: a.Name) : Cell.Blank,
        new(Inline.Code(ReportModel.Short(view.Run.Commit))),
    ];
}
