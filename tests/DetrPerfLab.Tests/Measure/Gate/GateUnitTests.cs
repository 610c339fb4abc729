using System.Diagnostics;

namespace DetrPerfLab.Tests.Measure;

/// <summary>Programs of other people, good and bad, as shell scripts.</summary>
public class GateUnitTests
{
    [Fact]
    public void Run_GoodProgram_GivesItsTimesAndFigures()
    {
        var reading = Read("echo ready; while read q; do [ $q = end ] && break; echo 0.25; done; echo figure boxes 7; echo figure drift -1.5e-3", new(2, 5));
        Assert.Equal([0.25, 0.25, 0.25, 0.25, 0.25], reading.Ms);
        Assert.Equal((7, -1.5e-3), (reading.Figures["boxes"], reading.Figures["drift"]));
        Assert.True(!OperatingSystem.IsLinux() || reading.Figures[UnitReading.Peak] > 0);
    }

    [Theory]
    [InlineData("echo Hello, I am a pipeline", "wrote 'Hello, I am a pipeline', needed the line 'ready'")]
    [InlineData("exit 7", "ended (exit code 7) before it answered to its start")]
    [InlineData("echo ready; read q; echo soon", "answered 'run' with 'soon', needed the milliseconds that it took")]
    [InlineData("echo ready; read q; echo -3.5", "answered 'run' with -3.5 ms: its clock does not go forward")]
    [InlineData("echo ready; read q; echo 0", "answered 'run' with 0 ms: its clock does not go forward")]
    [InlineData("echo ready; read q; echo NaN", "answered 'run' with NaN ms: its clock does not go forward")]
    [InlineData("echo ready; read q; echo 86400000", "answered 'run' with 86400000.000 ms, but only")]
    [InlineData("echo ready; read q; echo 1; echo oom >&2; kill -9 $$", "ended (signal 9) before it answered to 'run'; it last wrote: oom")]
    [InlineData("echo ready; while read q; do [ $q = end ] && break; echo 1; done; echo bye", "wrote 'bye' at its end, needed lines 'figure NAME VALUE' or nothing")]
    [InlineData("echo ready; while read q; do [ $q = end ] && break; echo 1; done; exit 3", "ended with exit code 3")]
    [InlineData("echo ready; read q; exec sleep 100", "did not answer to 'run' within 3 s")]
    [InlineData("echo ready; while read q; do [ $q = end ] && break; echo 1; done; exec sleep 100", "did not answer to 'end' within 3 s")]
    public void Run_BadProgram_IsRefusedInItsOwnWords(string script, string because)
    {
        var refused = Assert.Throws<LabException>(() => Read(script, new(1, 3)));
        Assert.Equal(ExitCode.CheckFailed, refused.ExitCode);
        Assert.Contains($"case: the head {because}", refused.Message);
    }

    [Fact]
    public void Run_BaseFails_IsBadInput()
    {
        var refused = Assert.Throws<LabException>(() => new GateProcesses("case", _ => Shell("exit 1"), TimeSpan.FromSeconds(1)).Run(GateArm.Base, new(1, 1), default));
        Assert.Equal(ExitCode.BadInput, refused.ExitCode);
        Assert.Contains("name another with --base", refused.Message);
    }

    [Fact]
    public void Run_NoSuchProgram_SaysSo() =>
        Assert.Contains("could not be started", Assert.Throws<LabException>(() => new GateUnit("the head", new("no-such-program-anywhere"), TimeSpan.FromSeconds(1), default)).Message);

    [Fact]
    public void Serve_AGateAsks_AnswersOneTimeEach()
    {
        using StringReader questions = new("run\nrun\nend\n");
        using StringWriter answers = new();
        var times = new Queue<double>([1.5, 2]);
        GateProtocol.Serve(times.Dequeue, () => [new("boxes", 3)], questions, answers);
        Assert.Equal("ready\n1.5\n2\nfigure boxes 3\n", answers.ToString().ReplaceLineEndings("\n"));
    }

    static UnitReading Read(string script, UnitPlan plan) => new GateProcesses("case", _ => Shell(script), TimeSpan.FromSeconds(3)).Run(GateArm.Head, plan, default);

    static ProcessStartInfo Shell(string script) => new("/bin/sh", ["-c", script]);
}
