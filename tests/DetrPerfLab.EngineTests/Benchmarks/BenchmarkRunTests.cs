using BenchmarkDotNet.Running;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Benchmarks;

/// <summary>The whole run around BenchmarkDotNet, with scripted processes in place of the cases'.</summary>
public sealed class BenchmarkRunTests : IDisposable
{
    static readonly RunResult s_measured = RunResult.Unfiled("") with { SamplesMs = [250, 250, 250, 250, 250, 250] };

    static readonly ContaminationInfo s_disturbed = new(ContaminationVerdict.Contaminated, ["other processes 50 %"], OthersShare: 0.5);
    static readonly ContaminationInfo s_clean = new(ContaminationVerdict.Clean, []);

    readonly TempFolder _folder = new();
    readonly StringWriter _screen = new();

    static IReadOnlyList<string> All { get; } =
        [.. BenchmarkConverter.TypeToBenchmarks(typeof(ScriptedBenchmarks)).BenchmarksCases.OrderBy(b => SuiteCase.Of(b).Row).Select(SuiteCase.IdOf)];

    public void Dispose()
    {
        _screen.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Run_InterruptedAndStartedAgain_MeasuresOnlyWhatIsLeft()
    {
        var first = Interrupted(at: 4);
        Assert.Equal(4, first.Started.Count); // the fourth was cut off

        var second = new ScriptedToolchain(_ => s_measured);
        var (run, code) = Run(second);

        Assert.Equal(All, [.. first.Started.Take(3), .. second.Started]);
        Assert.Equal(first.Started[3], second.Started[0]);
        Assert.Contains("3 cases are measured already", _screen.ToString());
        Assert.Contains($"[4/{All.Count}]", _screen.ToString());
        Assert.Contains($"[{All.Count}/{All.Count}]", _screen.ToString());
        Assert.Equal(All.Order(), run.Results.Select(r => r.Id).Order());
        Assert.Equal(All.Order(), Stored().Select(r => r.Id).Order());
        Assert.All(Stored(), r => Assert.Equal(6, r.SamplesMs.Count));
        Assert.Equal(ExitCode.Done, code);

        var third = new ScriptedToolchain(_ => s_measured); // it was complete: nothing to go on with
        Run(third);
        Assert.Equal(All, third.Started);
    }

    [Fact]
    public void Run_Continued_AsksAServerForWhatItWasAskedBefore()
    {
        const string Capacity = "DETRLAB_CAPACITY_row 0";
        Interrupted(at: 2, s_measured with { Serving = new(CapacityRate: 9.5, 4.75, 4.7, 0, null) });
        Assert.Null(Environment.GetEnvironmentVariable(Capacity));
        try
        {
            Run(new ScriptedToolchain(_ => s_measured));
            Assert.Equal("9.5", Environment.GetEnvironmentVariable(Capacity));
        }
        finally { Environment.SetEnvironmentVariable(Capacity, null); }
    }

    [Fact]
    public void Run_ContinuedButNotBuilt_SaysWhyAndCanStillGoOn()
    {
        var first = Interrupted(at: 4);

        var mistake = Assert.Throws<LabException>(() => Run(new ScriptedToolchain(_ => s_measured) { Broken = true }));
        Assert.Equal(ExitCode.CheckFailed, mistake.ExitCode);
        Assert.Contains("No space left on device", mistake.Message);

        var last = new ScriptedToolchain(_ => s_measured);
        Assert.Equal(ExitCode.Done, Run(last).Code);
        Assert.Equal(All, [.. first.Started.Take(3), .. last.Started]);
    }

    [Fact]
    public void Run_FilterThatMatchesNothing_IsWrongUseAndSaysHowToGoOn()
    {
        var mistake = Assert.Throws<LabException>(() => Run(new ScriptedToolchain(_ => s_measured), "--filter", "*Precison*"));

        Assert.Equal(ExitCode.BadInput, mistake.ExitCode);
        Assert.Contains("--filter *Precison*", mistake.Message);
        Assert.Contains("--list flat", mistake.Message);
    }

    [Fact]
    public void Run_OtherCommandInBetween_LeavesTheInterruptedOneAlone()
    {
        Interrupted(at: 4);
        var other = new ScriptedToolchain(_ => s_measured);
        Run(other, "--filter", "*Variant: row 7*");
        Assert.Single(other.Started);

        var again = new ScriptedToolchain(_ => s_measured);
        Run(again);

        Assert.Equal(All.Skip(3), again.Started);
    }

    [Fact]
    public void Run_Restart_MeasuresAll()
    {
        Interrupted(at: 4);
        var again = new ScriptedToolchain(_ => s_measured);
        Run(again, "--restart");
        Assert.Equal(All, again.Started);
    }

    [Fact]
    public void Run_CaseThatIsCutOff_IsAGapWithItsLogAndMeasuredAgain()
    {
        var killed = All[1];
        var (run, code) = Run(new ScriptedToolchain(id => id == killed ? null : s_measured));

        var result = run.Results.Single(r => r.Id == killed);
        Assert.Empty(result.SamplesMs); // the six that BenchmarkDotNet took are part of something
        Assert.Contains("(signal 9)", result.Gap);
        Assert.EndsWith(".log", result.Gap);
        Assert.True(File.Exists(Path.Combine(LabPaths.Root, result.Gap!.Split(": ")[^1])), result.Gap);
        Assert.Equal(All.Count, run.Results.Count);
        Assert.Equal(ExitCode.CheckFailed, code);

        var again = new ScriptedToolchain(_ => s_measured);
        Run(again);
        Assert.Equal([killed], again.Started);
    }

    [Fact]
    public void Run_CaseThatTheMachineCannotRun_IsNoFailure()
    {
        var (run, code) = Run(new ScriptedToolchain(_ => RunResult.Unfiled("") with { Gap = "no such library", GapIsLack = true }), "--filter", "*Variant: row 7*");

        Assert.Equal("no such library", Assert.Single(run.Results).Gap);
        Assert.Equal(ExitCode.Done, code);
    }

    [Fact]
    public void Run_ExplanationThatFails_KeepsTheSamplesAndSaysSo()
    {
        var toolchain = new ScriptedToolchain(_ => s_measured with { Findings = [new("first", "found by the case")] });
        var (run, code) = Run(toolchain, typeof(UnexplainedBenchmarks));

        Assert.Equal(2, toolchain.Started.Count);
        Assert.All(Stored(), r =>
        {
            Assert.Null(r.Gap);
            Assert.Equal(6, r.SamplesMs.Count);
            Assert.Equal(["found by the case", "not looked into: a native library cannot be loaded: no libtorch"], r.Findings.Select(f => f.Text));
        });
        Assert.Equal(2, Stored().Count);
        Assert.Equal(2, run.Results.Count);
        Assert.Contains("no libtorch", _screen.ToString());
        Assert.Equal(ExitCode.Done, code);
    }

    [Fact]
    public void Run_ContaminatedCase_IsMeasuredAgainByItselfAndTheCleanIsKept()
    {
        var toolchain = Disturbed(row: 3, times: 1);
        var (_, code) = Run(toolchain);

        Assert.Equal([.. All, All[3]], toolchain.Started);
        var kept = Stored().Single(r => r.Id == All[3]);
        Assert.False(kept.IsContaminated);
        Assert.Equal(502, kept.SamplesMs[0]); // slower than the first: times choose nothing
        Assert.Equal((2, 2), (kept.Repetition!.Measurements, kept.Repetition.Kept));
        Assert.All(Stored().Where(r => r.Id != All[3]), r => Assert.Null(r.Repetition));
        Assert.Contains("measurement 2 of 2 is kept, the cleanest (disturbed at first: other processes 50 %)", Assert.Single(_screen.ToString().Split('\n'), l => l.StartsWith("[again] ")));
        Assert.Equal(ExitCode.Done, code);
    }

    [Fact]
    public void Run_AlwaysContaminated_IsMeasuredAgainTwiceAndStaysMarked()
    {
        var toolchain = Disturbed(row: 3, times: 99);
        var (_, code) = Run(toolchain);

        Assert.Equal([.. All, All[3], All[3]], toolchain.Started);
        var kept = Stored().Single(r => r.Id == All[3]);
        Assert.True(kept.IsContaminated);
        Assert.Equal((3, 1), (kept.Repetition!.Measurements, kept.Repetition.Kept)); // equally disturbed: the first stays
        Assert.Contains("measurement 1 of 3 is kept, the cleanest, still contaminated", _screen.ToString());
        Assert.Equal(ExitCode.Done, code);
    }

    [Fact]
    public void Run_InterruptedWhileMeasuringAgain_GoesOnWithThatCaseAlone()
    {
        var first = Disturbed(row: 3, times: 99, interruptedAt: All.Count + 2); // in its second repetition
        Assert.Throws<OperationCanceledException>(() => Run(first));
        Assert.Equal(2, Stored().Single(r => r.Id == All[3]).Repetition!.Measurements);

        var second = Disturbed(row: 3, times: 99);
        Run(second);

        Assert.Equal([All[3]], second.Started); // the third measurement, and no fourth
        Assert.Contains("1 of them contaminated and to be measured again", _screen.ToString());
        Assert.Equal(3, Stored().Single(r => r.Id == All[3]).Repetition!.Measurements);
        Assert.Equal(All.Order(), Stored().Select(r => r.Id).Order());
    }

    [Fact]
    public void Run_InterruptedAfterAContaminatedCase_MeasuresItAgainWithWhatIsLeft()
    {
        Assert.Throws<OperationCanceledException>(() => Run(Disturbed(row: 1, times: 99, interruptedAt: 4)));

        var second = Disturbed(row: 1, times: 99);
        var (_, code) = Run(second);

        Assert.Equal([All[1], .. All.Skip(3), All[1]], second.Started); // twice in both parts together
        Assert.Equal(ExitCode.Done, code);
        var third = new ScriptedToolchain(_ => s_measured); // it was complete
        Run(third);
        Assert.Equal(All, third.Started);
    }

    [Fact]
    public void Run_RepetitionThatFails_IsAFailureAndMeasuredAgain()
    {
        var toolchain = default(ScriptedToolchain);
        toolchain = new(id => id != All[3] ? s_measured : toolchain!.Started.Count <= All.Count ? s_measured with { Contamination = s_disturbed } : null);
        var (_, code) = Run(toolchain);

        Assert.Contains("(signal 9)", Stored().Single(r => r.Id == All[3]).Gap);
        Assert.Equal(ExitCode.CheckFailed, code);
        var again = new ScriptedToolchain(_ => s_measured);
        Assert.Equal(ExitCode.Done, Run(again).Code);
        Assert.Equal([All[3]], again.Started);
    }

    [Fact]
    public void Run_SuiteWithItsFirstRowRepeated_MeasuresAgainBeforeThat()
    {
        var started = new List<string>();
        var toolchain = new ScriptedToolchain(id =>
        {
            started.Add(id);
            return started.Count(s => s == id) == 1 && !id.Contains("third") ? s_measured with { Contamination = s_disturbed } : s_measured with { Contamination = s_clean };
        });
        Run(toolchain, typeof(AgainBenchmarks));

        Assert.Equal(["first", "second", "third", "first", "second", "first again", "first again"], started.Select(id => id.Split("Step: ")[1].TrimEnd(')')));
        Assert.All(Stored(), r => Assert.False(r.IsContaminated));
    }

    /// <summary>One row is contaminated the first so many times; each measurement takes longer than the one before.</summary>
    static ScriptedToolchain Disturbed(int row, int times, int interruptedAt = int.MaxValue)
    {
        var toolchain = default(ScriptedToolchain);
        return toolchain = new(id =>
        {
            if (toolchain!.Started.Count >= interruptedAt) { throw new OperationCanceledException(); }
            if (id != All[row]) { return s_measured; }
            var time = toolchain.Started.Count(s => s == id);
            return s_measured with { SamplesMs = [.. Enumerable.Repeat(500.0 + time, 6)], Contamination = time <= times ? s_disturbed : s_clean };
        });
    }

    ScriptedToolchain Interrupted(int at) => Interrupted(at, s_measured);

    ScriptedToolchain Interrupted(int at, RunResult measured)
    {
        var toolchain = default(ScriptedToolchain);
        toolchain = new(_ => toolchain!.Started.Count == at ? throw new OperationCanceledException() : measured);
        Assert.Throws<OperationCanceledException>(() => Run(toolchain));
        return toolchain;
    }

    (BenchmarkRun Run, ExitCode Code) Run(ScriptedToolchain toolchain, params string[] args) => Run(toolchain, typeof(ScriptedBenchmarks), args);

    (BenchmarkRun Run, ExitCode Code) Run(ScriptedToolchain toolchain, Type suite, params string[] args)
    {
        var options = RunOptions.Parse(args);
        var machine = new MachineInfo { CpuModel = "Test", Cores = 2, Os = "Linux", Runtime = ".NET 10" };
        using var run = new BenchmarkRun(options, new(machine, _folder.File("results"), Plots: null, _folder.File("artifacts"), toolchain, _screen));
        return (run, run.Run([suite]));
    }

    IReadOnlyList<RunResult> Stored() => ResultStore.Read(Directory.GetDirectories(_folder.File("results")).Single()).Results;
}

/// <summary>A suite of ten rows.</summary>
public class ScriptedBenchmarks : WorkBenchmarks
{
    protected override IReadOnlyList<SuiteCase> Rows => [.. Enumerable.Range(0, 10).Select(i => new SuiteCase($"row {i}"))];

    internal override CaseWork Open(SuiteCase row) => throw new NotSupportedException("processes are scripted");
}

/// <summary>A suite whose results cannot be explained.</summary>
public class UnexplainedBenchmarks : WorkBenchmarks
{
    protected override IReadOnlyList<SuiteCase> Rows => [new("one"), new("two")];

    internal override CaseWork Open(SuiteCase row) => throw new NotSupportedException("processes are scripted");

    public override RunResult Explain(SuiteCase row, RunResult result, MachineInfo machine) => throw new DllNotFoundException("no libtorch");
}

/// <summary>A suite whose first row is measured once more at its end.</summary>
public class AgainBenchmarks : WorkBenchmarks
{
    protected override IReadOnlyList<SuiteCase> Rows =>
        [new("a", ("Step", "first")), new("a", ("Step", "second")), new("a", ("Step", "third")), new("a", ("Step", "first again")) { Repeated = true }];

    internal override CaseWork Open(SuiteCase row) => throw new NotSupportedException("processes are scripted");
}
