using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary>Which finalists are picked, and which images are judged on: what <c>optimize</c> decides, without any engine.</summary>
public class PicksTests
{
    static readonly OptimizeOptions s_options = new() { Model = "m", Out = "o" };

    [Fact]
    public void Of_ClearTimes_PicksByLoss()
    {
        Finalist fp32 = Of("ort-fp32", 10, 0, 0), dynamic = Of("ort-int8-dynamic", 8, 0.2, 1), fast = Of("ort-int8-static", 5, 0.45, 2);
        var picks = Picks.Of([fp32, dynamic, fast], s_options, new FixedJudge(0.5));
        Assert.Equal((fp32, dynamic, fast), (picks[PickName.Safest], picks[PickName.Balanced], picks[PickName.Fastest]));
    }

    [Fact]
    public void Of_TimesThatDoNotTellApart_TakesTheOneThatLosesLeast()
    {
        Finalist fp32 = Of("ort-fp32", 10, 0, 0), one = Of("ort-int8-dynamic", 5.0, 0.4, 1), other = Of("ort-int8-static", 5.01, 0.1, 2);
        Assert.Equal(other, Picks.Of([fp32, one, other], s_options, new FixedJudge(0.5))[PickName.Fastest]);
    }

    [Theory]
    [InlineData(0.5, true)] // equal to the limit is within it
    [InlineData(0.51, false)]
    public void Refusal_Loss_NamesTheOptionThatDecides(double loss, bool allowed)
    {
        var refusal = Of("ort-int8-static", 5, loss, 1).Refusal(s_options, new FixedJudge(0.5));
        Assert.Equal(allowed, refusal is null);
        if (!allowed) { Assert.Equal("loses 0.5 points of AP, limit 0.5: --max-ap-loss 0.5", refusal); }
    }

    [Fact]
    public void Refusal_LatencyMemoryAndABusyMachine_AreSaid()
    {
        var judge = new FixedJudge(0.5);
        var finalist = Of("ort-int8-static", 5, 0, 1);
        Assert.Contains("--max-latency", finalist.Refusal(s_options with { MaxLatencyMs = 4 }, judge));
        Assert.Null(finalist.Refusal(s_options with { MaxLatencyMs = 5.5 }, judge));
        Assert.Contains("--max-memory", finalist.Refusal(s_options with { MaxMemoryMiB = 50 }, judge));
        Assert.Null(finalist.Refusal(s_options with { MaxMemoryMiB = 100 }, judge));
        Assert.Contains("busy", (finalist with { Run = finalist.Run with { Contamination = new(ContaminationVerdict.Contaminated, ["x"]) } }).Refusal(s_options, judge));
    }

    [Fact]
    public void Split_LabelledImages_NeverSharesOneAlsoUnderAnotherName()
    {
        using var folder = new TempFolder();
        string[] files = [.. Enumerable.Range(0, 50).Select(i => folder.File($"{i:D2}.jpg"))];
        foreach (var file in files) { File.WriteAllText(file, file); }
        var split = ImageSplit.Of(files, calibrate: null, most: 1000, _ => { });
        Assert.Equal((10, 40), (split.Calibration.Count, split.Judged.Count));
        Assert.Empty(split.Calibration.Intersect(split.Judged));

        Directory.CreateDirectory(folder.File("other"));
        foreach (var (file, i) in files.Take(7).Select((f, i) => (f, i))) { File.Copy(file, folder.File($"other/copy{i}.jpg")); }
        var said = new List<string>();
        var apart = ImageSplit.Of(files, folder.File("other"), most: 20, said.Add);
        Assert.Equal((7, 20), (apart.Calibration.Count, apart.Judged.Count));
        Assert.Empty(apart.Judged.Intersect(files.Take(7)));
        Assert.Contains("7 of the 50 labelled images are calibrated on", Assert.Single(said));
        Assert.Contains("No image is left to judge on", Assert.Throws<LabException>(() => ImageSplit.Of([.. files.Take(7)], folder.File("other"), 20, _ => { })).Message);
    }

    [Fact]
    public void NameOf_PicturesOfOneNameInTwoClasses_AreToldApart()
    {
        var options = s_options with { ImageFolder = "pictures" };
        Assert.Equal(Path.Combine("cat", "1.jpg"), options.NameOf(Path.Combine("pictures", "cat", "1.jpg")));
        Assert.Equal(Path.Combine("dog", "1.jpg"), options.NameOf(Path.Combine("pictures", "dog", "1.jpg")));
        Assert.Equal("1.jpg", options.NameOf(Path.Combine("elsewhere", "1.jpg")));
    }

    /// <summary>Twelve rounds about a median, with an 0.4 % ripple that differs between finalists.</summary>
    static Finalist Of(string variant, double ms, double loss, int ripple)
    {
        double[] samples = [.. Enumerable.Range(0, 12).Select(i => ms * (1 + (0.004 * (((i * 7) + (ripple * 5)) % 11 - 5) / 5)))];
        var run = RunResult.Unfiled(variant) with { SamplesMs = samples, Artefact = new(variant, "00", 1 << 20), Memory = new(PeakRssBytes: 100 << 20) };
        return new(new(variant, new()), run, new(30 - loss, new(loss, loss - 0.5, loss + 0.5, 0.95)), new(1, 1, 1, 0.95));
    }

    sealed class FixedJudge(double most) : Judge
    {
        internal override string Measure => "AP";
        internal override string On => "4 labelled images";
        internal override double MostLoss => most;
        internal override string Limit => FormattableString.Invariant($"--max-ap-loss {most}");

        internal override Judgement Judgement(Func<OpenedEngine> open, Action<long, long> progress, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
