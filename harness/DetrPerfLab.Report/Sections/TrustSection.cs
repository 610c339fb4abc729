namespace DetrPerfLab.Report;

/// <summary>What the figures rest on: warm-ups, samples, verdicts, environment, and how to repeat each row.</summary>
static class TrustSection
{
    static readonly CaseColumn[] s_columns =
    [
        CaseColumn.Text("result", view => new(Inline.Code(view.Run.Id))),
        CaseColumn.Figure("samples", null, view => new($"{view.Run.SamplesMs.Count}", view.Run.SamplesMs.Count)),
        CaseColumn.Figure("outliers", "beyond 1.5 quartile ranges; kept in all figures", view => view.Summary is { } s ? new($"{s.Outliers}", s.Outliers) : Cell.Blank),
        CaseColumn.Figure("warm-up", "operations before the samples",
            view => view.Run.WarmUp is { } w ? new($"{w.Operations}{(w.Steady ? "" : ", not steady")}", w.Operations) : Cells.Missing(view, "not stored")),
        .. CaseColumns.Cold,
        CaseColumn.Text("audit", Audit, "timed operations with outputs checked, and timed operations on unseen inputs"),
        CaseColumn.Text("run", view => view.Run.Contamination is { } c ? new(c.Verdict.ToString().ToLowerInvariant(), hint: c.Verdict == ContaminationVerdict.Clean ? null : string.Join("; ", c.Reasons)) : Cells.Missing(view, "not watched"), "what disturbed it"),
        CaseColumn.Text("artefact", view => view.Run.Artefact is { } a ? new(Inline.Code(a.Sha256[..Math.Min(10, a.Sha256.Length)])) : Cell.Blank, "first digits of its sha256"),
        CaseColumn.Text("commit", view => new(Inline.Code(ReportModel.Short(view.Run.Commit)))),
    ];

    internal static Section Create(ReportModel model)
    {
        var blocks = new List<Block>();
        blocks.AddRange(model.Problems.Select(p => new Paragraph([p], Tone.Warning)));
        blocks.Add(new PointList([.. Points(model)]));
        if (model.Machine is { } machine) { blocks.Add(Environment(machine) with { Long = true }); }
        else { blocks.Add(new Paragraph(["machine.json is missing or damaged: what measured these results is not known."], Tone.Warning)); }
        blocks.Add(CaseColumn.Table("What each result rests on", s_columns, model.Cases) with { Long = true });
        blocks.Add(new Paragraph(["These commands repeat every row:"]));
        blocks.Add(new CodeBlock(string.Join('\n', Repeating.Together(model.Cases))));
        return new Section("trust", "What the figures rest on", blocks) { Inside = "warm-up, audit, disturbances, environment, cold start and artefact of every result, and the commands that repeat them" };
    }

    static IEnumerable<IReadOnlyList<Inline>> Points(ReportModel model)
    {
        var measured = model.Cases.Where(c => c.Summary is not null).ToArray();
        var gaps = model.Cases.Count - measured.Length;
        yield return [$"{Format.Count(measured.Length, "case")} with samples, {(gaps == 0 ? "no gaps" : $"{Format.Count(gaps, "gap")} with the reason given")}."];
        var watched = measured.Where(c => c.Run.Contamination is not null).ToArray();
        int Of(ContaminationVerdict verdict) => watched.Count(c => c.Run.Contamination!.Verdict == verdict);
        yield return [watched.Length == 0
            ? "No run was watched for disturbances."
            : $"Disturbances: {Of(ContaminationVerdict.Clean)} clean, {Of(ContaminationVerdict.Noisy)} noisy, {Of(ContaminationVerdict.Contaminated)} contaminated, {measured.Length - watched.Length} not watched."];
        if (measured.Where(c => c.Run.Repetition is not null).ToArray() is { Length: > 0 } again)
        {
            yield return ["Contaminated at first, measured again by itself, and the cleanest measurement kept, whatever its times: ",
                .. again.Index().SelectMany(c => (Inline[])[c.Index > 0 ? "; " : "", Inline.Code(c.Item.Run.Id), $" ({Told(c.Item.Run.Repetition!)})"]), "."];
        }

        string[] rules = [.. measured.Select(c => c.Run.WarmUp?.Rule).OfType<string>().Distinct()];
        var unsteady = measured.Count(c => c.Run.WarmUp is { Steady: false });
        yield return [$"Warm-up: {(unsteady == 0 ? "every case that stored it was steady before its samples" : $"{Format.Count(unsteady, "case")} not steady before the samples")}.{(rules.Length == 1 ? $" Steady: {rules[0]}." : "")}"];
        if (measured.Where(c => c.Run.HarnessCost is not null).ToArray() is { Length: > 0 } costed)
        {
            // The clock is read once a sample, which may hold many operations.
            var worst = costed.MaxBy(c => c.Run.HarnessCost!.MedianUs / c.Summary!.Median / c.Run.OperationsPerSample)!;
            var share = worst.Run.HarnessCost!.MedianUs / 1000 / (worst.Summary!.Median * worst.Run.OperationsPerSample);
            var single = costed.Where(c => c.Run.OperationsPerSample == 1).Select(c => c.Run.HarnessCost!.MedianUs).DefaultIfEmpty().Max();
            yield return [$"Harness overhead: {(single > 0 ? $"at most {Format.Significant(single)} µs per sample of one operation, and " : "")}at most {Format.Percent(share, 3)} of any sample (", Inline.Code(worst.Run.Id), ")."];
        }

        if (measured.Where(c => c.Run.Audit is not null).ToArray() is { Length: > 0 } audited)
        {
            int Sum(Func<AuditInfo, int> count) => audited.Sum(c => count(c.Run.Audit!));
            var followed = audited.Count(c => c.Run.Audit!.Response is not null);
            var unsure = audited.Count(c => c.Run.Audit!.CachingExcluded == false);
            yield return [$"Audit, off the clock, of {Format.Count(audited.Length, "case")}: the outputs of {Sum(a => a.Checks)} timed operations were compared with outputs that had passed the check against the reference. " +
                $"{Sum(a => a.FreshInputs)} timed operations ran on unseen inputs: all their outputs had to be finite and differ from the usual ones." +
                (followed > 0 ? $" In {Format.Count(followed, "case")} the first unseen input also had to follow the reference." : "") +
                (Sum(a => a.Replayed ?? 0) is > 0 and var replayed ? $" {replayed} of them were run again after the samples and had to give the same outputs." : "") +
                $" The times on unseen inputs were compared with the usual ones, which rules out a cache {(unsure == 0 ? "in all cases" : $"where {AuditInfo.LeastFresh} or more were timed; {Format.Count(unsure, "case")} with fewer {(unsure == 1 ? "is" : "are")} marked in the table below")}."];
        }

        yield return ["Intervals: 95 %, percentile bootstrap of medians with a fixed seed. Ratios: only between cases of one suite, paired by round where the variants were interleaved. Percentiles: only from enough samples."];
        string[] fingerprints = [.. model.Cases.Select(c => c.Run.Machine).Distinct().Order(StringComparer.Ordinal)];
        if (model.Effects.Where(c => c.Run.Cold?.ProcessToFirstMs is not null).ToArray() is { Length: > 0 } cold)
        {
            yield return [$"Cold, from the start of a fresh process to its first detections, measured once: {string.Join(", ", cold.OrderBy(c => c.Run.Cold!.ProcessToFirstMs).Select(c => $"{c.Run.Variant} {Format.Significant(c.Run.Cold!.ProcessToFirstMs!.Value / 1000)} s"))}."];
        }

        if (model.Machine is { } machine) { yield return [$"Environment: {string.Join(", ", ((string[])[machine.Os, machine.Runtime, .. machine.Packages.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key} {p.Value}")]).Where(t => !string.IsNullOrEmpty(t)))}."]; }
        yield return [$"Fingerprint of machine and software: ", Inline.Code(string.Join(", ", fingerprints)),
            fingerprints.Length > 1 ? ". More than one: these results do not all come from the same environment." : "."];
    }

    static string Told(RepetitionInfo all) => $"measurement {all.Kept} of {all.Measurements}; disturbed at first: {string.Join(", ", all.Reasons)}";

    static Table Environment(MachineInfo m)
    {
        (string Name, string? Value)[] rows =
        [
            ("processor", m.CpuModel),
            ("processor id", m.CpuId),
            ("cores", $"{m.Cores}"),
            ("CPU quota", m.CpuQuota is { } quota ? $"{Format.Significant(quota)} cores" : null),
            ("instruction sets", m.Isa.Count > 0 ? string.Join(", ", m.Isa) : null),
            ("memory", m.MemoryBytes > 0 ? $"{Format.Mebibytes(m.MemoryBytes)} MiB" : null),
            ("governor", m.Governor),
            ("hypervisor", m.Hypervisor),
            ("system", m.Os),
            ("runtime", m.Runtime),
            .. m.Peaks.Select(p => ($"measured peak, {p.Precision}{(p.Threads is { } threads ? $", {Format.Count(threads, "thread")}" : "")}", (string?)$"{Format.Significant(p.GflopsPerSecond)} GOP/s{(p.How is { } how ? $" ({how})" : "")}")),
            ("measured memory bandwidth", m.MemoryGbPerSecond is { } rate ? $"{Format.Significant(rate)} GB/s" : null),
            .. m.Packages.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => (p.Key, (string?)p.Value)),
        ];
        return new Table("The environment", [new("environment"), new("")], [.. rows
            .Select(r => (IReadOnlyList<Cell>)[new(r.Name), r.Value is null ? Cell.Empty("not known, or not reported by this machine") : new(r.Value)])]);
    }

    static Cell Audit(CaseView view) => view.Run.Audit is not { } audit ? Cells.Missing(view, view.Run.AuditGap ?? "its outputs were checked before the samples only")
        : new($"{audit.Checks} checked, {audit.FreshInputs} unseen", audit.Checks)
        {
            Note = audit.CachingExcluded == false ? $"fewer than {AuditInfo.LeastFresh} unseen inputs: a cache is not ruled out" : null,
        };
}
