using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.Tests.Measure;

public class WorkerProcessTests
{
    static readonly WorkerRequest s_request = new("model", "scripted", 800, 1066, 0, "cache");

    [Fact]
    public void Serve_OpenSampleRunAndEnd_AnswersEachInALine()
    {
        var clock = new FakeTimeProvider();
        using var answers = new StringWriter();
        var questions = new[] { new WorkerQuestion(Open: s_request), new(SampleAfter: 2), new(Run: 3), new(End: true) }.Select(WorkerLine.Write);

        var code = DetrPerfLab.Measure.Worker.Serve(new StringReader(string.Join('\n', questions)), answers, request => Work(new ScriptedEngine(clock)));

        var lines = answers.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => WorkerLine.Read<WorkerAnswer>(l)).ToArray();
        Assert.Equal(ExitCode.Done, code);
        Assert.Equal(4, lines.Length);
        Assert.Equal("scripted", lines[0].Opened!.Variant);
        Assert.True(lines[1].Sample!.Value.Run.Ms > 0);
        Assert.NotNull(lines[3].End!.Memory!.SteadyRssBytes);
        Assert.Equal(1, lines[3].End!.Audit!.Replayed); // the one turn was no fresh one: it is made up for
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

        DetrPerfLab.Measure.Worker.Serve(new StringReader(questions), answers,
            request => Work(engine, new() { MaxAbs = new Dictionary<string, double> { ["y"] = 1e-3 } }));

        var end = WorkerLine.Read<WorkerAnswer>(answers.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)[1]).End!;
        Assert.Contains("run again", end.AuditFailure);
        Assert.Null(end.Memory);
    }

    [Fact]
    public void Serve_EngineThatThrows_AnswersWithTheReasonAndEnds()
    {
        using var answers = new StringWriter();
        var questions = string.Join('\n', WorkerLine.Write(new WorkerQuestion(Open: s_request)), WorkerLine.Write(new WorkerQuestion(SampleAfter: 0)));

        var code = DetrPerfLab.Measure.Worker.Serve(new StringReader(questions), answers, _ => throw LabError.Missing("needs a checkpoint"));

        Assert.Equal(ExitCode.Missing, code);
        Assert.Single(answers.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("needs a checkpoint", answers.ToString());
    }

    [Fact]
    public void Send_AfterALineThatWasNotEnded_IsFound()
    {
        using var output = new StringWriter();
        output.Write("oneDNN says hello");
        WorkerLine.Send(output, RunResult.Unfiled("a"));
        Assert.Equal("a", WorkerLine.Last<RunResult>(output.ToString().Split('\n'))!.Variant);
    }

    [Fact]
    public void Last_MessageThatWasCutOff_IsNone()
    {
        using var output = new StringWriter();
        WorkerLine.Send(output, RunResult.Unfiled("a"));
        Assert.Null(WorkerLine.Last<RunResult>([output.ToString().Trim()[..40]]));
        Assert.Null(WorkerLine.Last<RunResult>(["hello"]));
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

    static WorkerProcess Shell(string script)
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "needs a shell as the process");
        return new(new ProcessStartInfo("/bin/sh", ["-c", script]), s_request);
    }

    static CaseWork Work(IInferenceEngine engine, AuditOptions? audit = null) => ScriptedEngine.WorkOf(engine, audit);
}
