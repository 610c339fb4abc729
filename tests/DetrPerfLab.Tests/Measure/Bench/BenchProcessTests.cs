using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.Tests.Measure;

public class BenchProcessTests
{
    static readonly BenchRequest s_request = new("model", "scripted", 800, 1066, 0, "cache", 1);

    [Fact]
    public void Serve_OpenTurnAndMemory_AnswersEachInALine()
    {
        var clock = new FakeTimeProvider();
        using var answers = new StringWriter();
        var questions = new[] { new WorkerQuestion(Open: s_request), new(TurnAfter: 2), new(End: true) }.Select(WorkerLine.Write);

        var code = BenchWorker.Serve(new StringReader(string.Join('\n', questions)), answers, request => Setup(request, new ScriptedEngine(clock)));

        var lines = answers.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => WorkerLine.Read<WorkerAnswer>(l[WorkerLine.Mark.Length..])).ToArray();
        Assert.Equal(ExitCode.Done, code);
        Assert.Equal(3, lines.Length);
        Assert.Equal("scripted", lines[0].Facts!.Engine.Variant);
        Assert.True(lines[1].Turn!.Value.Run.Ms > 0);
        Assert.NotNull(lines[2].End!.Memory!.SteadyRssBytes);
        Assert.Equal(1, lines[2].End!.Audit!.Replayed); // the one turn was no fresh one: it is made up for
    }

    [Fact]
    public void Serve_EngineThatGivesSomethingElseWhenRunAgain_AnswersWithTheAuditsFailure()
    {
        var engine = new ScriptedEngine(new FakeTimeProvider())
        {
            Work = (run, inputs, outputs) =>
            {
                ScriptedEngine.Honest(inputs, outputs);
                outputs["y"].Floats[0] += run;
            },
        };
        using var answers = new StringWriter();
        var questions = string.Join('\n', WorkerLine.Write(new WorkerQuestion(Open: s_request)), WorkerLine.Write(new WorkerQuestion(End: true)));

        BenchWorker.Serve(new StringReader(questions), answers,
            request => Setup(request, engine) with { Audit = new() { MaxAbs = new Dictionary<string, double> { ["y"] = 1e-3 } } });

        var end = WorkerLine.Read<WorkerAnswer>(answers.ToString().Split('\n')[1][WorkerLine.Mark.Length..]).End!;
        Assert.Contains("run again", end.AuditFailure);
        Assert.Null(end.Memory);
    }

    [Fact]
    public void Serve_EngineThatThrows_AnswersWithTheReasonAndEnds()
    {
        using var answers = new StringWriter();
        var questions = string.Join('\n', WorkerLine.Write(new WorkerQuestion(Open: s_request)), WorkerLine.Write(new WorkerQuestion(TurnAfter: 0)));

        var code = BenchWorker.Serve(new StringReader(questions), answers, _ => throw LabError.Missing("needs a checkpoint"));

        Assert.Equal(ExitCode.Missing, code);
        Assert.Single(answers.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("needs a checkpoint", answers.ToString());
    }

    [Fact]
    public void Open_ProgramThatDies_TellsHowAndWhatItLastWrote()
    {
        using var worker = Shell("echo no memory >&2; exit 7");

        var mistake = Assert.Throws<LabException>(() => worker.Open(TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.CheckFailed, mistake.ExitCode);
        Assert.Contains("exit code 7", mistake.Message);
        Assert.Contains("no memory", mistake.Message);
    }

    [Fact]
    public void Open_ProgramThatIsKilled_TellsTheSignal()
    {
        using var worker = Shell("kill -9 $$");
        Assert.Contains("signal 9", Assert.Throws<LabException>(() => worker.Open(TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void Open_FailureAnswered_IsThrownWithItsExitCode()
    {
        var answer = WorkerLine.Mark + WorkerLine.Write(new WorkerAnswer(Failure: "no such device", Code: ExitCode.Missing));
        using var worker = Shell($"echo 'oneDNN says hello'; echo '{answer}'");

        var mistake = Assert.Throws<LabException>(() => worker.Open(TestContext.Current.CancellationToken));

        Assert.Equal((ExitCode.Missing, "no such device"), (mistake.ExitCode, mistake.Message));
    }

    [Fact]
    public void Open_AnswerToAnotherQuestion_IsRefused()
    {
        using var worker = Shell($"echo '{WorkerLine.Mark}{{}}'");
        Assert.Contains("needed an answer", Assert.Throws<LabException>(() => worker.Open(TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void Open_Cancelled_GivesUpAtOnceAndDisposeEndsTheProcess()
    {
        using var folder = new TempFolder();
        using var stop = new CancellationTokenSource(millisecondsDelay: 300);
        var worker = Shell($"echo $$ > '{folder.File("pid")}'; exec sleep 600");

        Assert.Throws<TaskCanceledException>(() => worker.Open(stop.Token));
        worker.Dispose();

        var pid = int.Parse(File.ReadAllText(folder.File("pid")));
        Assert.Equal(default, ProcessMemory.Read(pid));
    }

    static BenchProcess Shell(string script)
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "needs a shell as the process");
        return new(new ProcessStartInfo("/bin/sh", ["-c", script]), s_request);
    }

    static InferenceCaseSetup Setup(BenchRequest request, IInferenceEngine engine)
    {
        var x = new HostTensor("x", ElementType.Float32, 2);
        (x.Floats[0], x.Floats[1]) = (2, 3);
        return new(request.Variant, () => (engine, new("model", "00", 1)), new(x), _ => new() { Reference = "arithmetic", LogitsMaxAbs = 0, BoxesMaxAbs = 0 });
    }
}
