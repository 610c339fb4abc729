using static System.FormattableString;

namespace DetrPerfLab.Cli;

/// <summary>What <c>detrlab optimize</c> says at its end: the picks, what was refused and why, what this machine cannot measure.</summary>
sealed class OptimizeReport(OptimizeOptions options, Judge judge, IReadOnlyList<Finalist> finalists, IReadOnlyDictionary<PickName, Finalist> picks, RunResult? eager)
{
    internal void Print(TextWriter output)
    {
        foreach (var line in Lines()) { output.WriteLine(line); }
    }

    internal IEnumerable<string> Lines()
    {
        var width = Math.Max(20, finalists.Max(f => f.Arm.Name.Length));
        yield return $"{"pick",-9} {"variant".PadRight(width)} {"speed-up over FP32 [95 %]",-26} {"median, ms",10} {$"{judge.Measure} loss, points [95 %]",-28} {"peak, MiB",9} {"model, MiB",10}";
        foreach (var name in Enum.GetValues<PickName>())
        {
            var text = name.ToString().ToLowerInvariant();
            yield return picks.TryGetValue(name, out var pick) ? $"{text,-9} {Row(pick, width)}" : $"{text,-9} none keeps to the limits";
        }

        foreach (var other in finalists.Except(picks.Values)) { yield return $"{"",-9} {Row(other, width)}{(other.Refusal(options, judge) is { } why ? $"  refused: {why}" : "")}"; }
        yield return $"Speed-up: over ort-fp32 with default options, {finalists[0].Run.RoundsMs.Count} rounds in turns. Loss: against FP32 on {judge.On}, limit {judge.MostLoss.ToString("0.##", CultureInfo.InvariantCulture)} ({judge.Limit})"
            + (judge is AgreementJudge ? "; agreement is no accuracy: it counts as right what FP32 says, right or wrong." : ".");
        if (finalists.FirstOrDefault(f => f.Run.IsContaminated) is { } disturbed)
        {
            yield return $"The machine was busy with something else ({disturbed.Run.Contamination!.Reasons[0]}): give the same command when it is quiet; everything but the last step is kept.";
        }

        if (picks.TryGetValue(PickName.Fastest, out var fastest))
        {
            foreach (var line in Closing(fastest)) { yield return line; }
        }

        foreach (var line in NotMeasurable()) { yield return line; }
    }

    /// <summary>For example <c>ort-int8-static is 3.2x ± 0.1 faster than ort-fp32 (6.1x torch-fp32)</c>.</summary>
    IEnumerable<string> Closing(Finalist fastest)
    {
        var against = eager is null ? "" : Invariant($" ({Quantile.Median([.. eager.SamplesMs]) / fastest.MedianMs:F1}x {VariantName.Baseline})");
        if (fastest == finalists[0]) { yield return $"{fastest.Arm.Name} as it is: nothing here is faster within the limits{against}."; }
        else
        {
            yield return fastest.SpeedUp.Lower > 1
                ? Invariant($"{fastest.Arm.Name} is {BenchClosing.Times(fastest.SpeedUp)} as fast as {VariantName.OrtFp32}{against}.")
                : $"Whether {fastest.Arm.Name} is faster than {VariantName.OrtFp32} is undecided: {fastest.SpeedUp.ToString("F2")}{against}.";
        }

        if (fastest.Judged.Loss.Upper > judge.MostLoss) { yield return Invariant($"Its loss may be as large as {fastest.Judged.Loss.Upper:F1} points: {judge.On} do not tell it closer."); }
    }

    static IEnumerable<string> NotMeasurable()
    {
        string[] lacking = [.. VariantRegistry.All.Where(v => v.Device != OrtDevice.Cpu).Select(v => v.Name).Except(VariantRegistry.OnGpu)];
        if (lacking.Length > 0) { yield return $"Not measurable here: {string.Join(", ", lacking)}: this build has no GPU support. On a machine with an NVIDIA GPU: dotnet build harness/DetrPerfLab.Cli -c Release -p:Gpu=true, then the same command."; }
    }

    static string Row(Finalist f, int width) => Invariant(
        $"{f.Arm.Name.PadRight(width)} {$"{f.SpeedUp.ToString("F2")}",-26} {f.MedianMs,10:F2} {(f.IsExact ? "0: the same numbers" : f.Judged.Loss.ToString("F1")),-28} {(f.PeakMiB is { } peak ? peak.ToString("F0", CultureInfo.InvariantCulture) : "-"),9} {f.ModelMiB,10:F1}");
}
