using System.Text.Json;
using System.Xml.Linq;
using DetrPerfLab.Tests;
using YamlDotNet.Serialization;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary>Real gates, of real processes. What they say of times is asserted only where no machine could get it wrong.</summary>
public sealed class GateCommandTests : IDisposable
{
    static readonly FigureLimits s_anything = new(double.PositiveInfinity, double.PositiveInfinity); // tests run on machines that are busy
    static readonly ContaminationLimits s_limits = new() { StealShare = s_anything, OthersShare = s_anything, InvoluntarySwitchesPerSecond = s_anything, SpeedChange = s_anything };

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Gate_HeadWithThreeTimesTheWork_SlowerAndEveryFileSaysSo()
    {
        var (code, output, error) = Gate(Model(20), Model(60), minutes: 4);
        Assert.True(code == ExitCode.CheckFailed, output + error);
        Assert.Matches(@"(?m)^gate: slower, 1 with a bound broken$", output);
        Assert.Matches(@"(?m)^ort-fp32 +slower +\+\d+", output);
        Assert.Matches(@"operations: \d+ → \d+ \(\+1\d\d\.\d %\), allowed \+0\.1 % \(--allow operations\)", output);
        Assert.Matches(@"nodes of the optimised graph: \d+ → \d+ ", output);
        Assert.Matches(@"model size, bytes: \d+ → \d+ ", output);
        using var json = JsonDocument.Parse(File.ReadAllText(_folder.File("gate.json")));
        var one = json.RootElement.GetProperty("cases")[0];
        Assert.Equal("slower", one.GetProperty("verdict").GetString());
        Assert.InRange(one.GetProperty("slowDown").GetProperty("value").GetDouble(), 1, 4); // three times the work of all layers but the first and last
        Assert.Contains(one.GetProperty("blocks").EnumerateArray(), b => b.GetProperty("stage").GetInt32() == 1); // confirmed
        Assert.Equal(1, json.RootElement.GetProperty("exitCode").GetInt32());
        var suite = XDocument.Load(_folder.File("gate.xml")).Root!.Element("testsuite")!;
        Assert.Equal(("1", "1"), (suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value));
        var summary = File.ReadAllText(_folder.File("gate.md"));
        Assert.StartsWith("## Gate: slower", summary);
        Assert.Contains("●", summary);
        Assert.InRange(summary.Length, 400, 4000);
    }

    [Fact]
    public void Gate_HeadFasterButWrong_Exit1SaysWhatMoved()
    {
        var (code, output, _) = Gate(Model(20), Model(20, seedling: true), minutes: 0.1);
        Assert.Equal(ExitCode.CheckFailed, code);
        Assert.Matches(@"outputs: \d+\.\d % of the classes changed, cosine -?\d\.\d{3}; allowed 2 % \(--max-class-changes\)", output);
    }

    [Fact]
    public void Gate_SameFileTwice_NothingMoved()
    {
        var model = Model(20);
        var (code, output, error) = Gate(model, model, minutes: 0.4);
        Assert.True(code is ExitCode.Done or ExitCode.NoVerdict, output + error); // equal files are never slower, whatever the machine does
        Assert.DoesNotContain("→", output);
    }

    [Theory]
    [InlineData("exit4", ExitCode.NoVerdict)]
    [InlineData("pass", ExitCode.Done)]
    [InlineData("fail", ExitCode.CheckFailed)]
    public void Gate_NoTimeForAVerdict_ReturnsWhatWasAsked(string asked, ExitCode expected)
    {
        var model = Model(20);
        var (code, output, _) = Gate(model, model, minutes: 0.001, Enum.Parse<NoVerdict>(asked, ignoreCase: true));
        Assert.Equal(expected, code);
        Assert.Contains("blocks were measured, 8 are needed: give more with --minutes", output);
    }

    /// <summary>The example of eng/gate, built as a user builds it.</summary>
    [Fact]
    public void Gate_ProgramsOfAUser_AreTimedAndTheirFiguresCompared()
    {
        var built = CliRun.OfProgram("dotnet", "build", "eng/gate", "-c", "Release", "-o", _folder.Path, "--nologo", "-v", "quiet");
        Assert.True(built.ExitCode == 0, built.Output + built.Error);
        var program = Path.Combine(_folder.Path, "Pipeline.dll");
        var options = Options(Command("base", $"dotnet {program} 4"), Command("head", $"dotnet {program} 40"), minutes: 4);
        var (code, output, error) = Run(options);
        Assert.True(code == ExitCode.CheckFailed, output + error);
        Assert.Matches(@"(?m)^gate: slower", output);
    }

    [Fact]
    public void Serve_HeadThatCaches_IsRefused()
    {
        var variant = VariantCase.Of(new(Model(20), VariantName.OrtFp32, 32, 42, 1, _folder.Path));
        var opened = variant.Variant.Create(variant.Model, variant.Settings, variant.Artefacts);
        using var cached = opened with { Engine = new CachingEngine(opened.Engine) };
        var questions = string.Concat(Enumerable.Repeat("run\n", 40)) + "end\n";
        var refused = Assert.Throws<LabException>(() => GateUnitProgram.Serve(new(new(Model(20), VariantName.OrtFp32, 32, 42, 1, _folder.Path)), variant, cached, new StringReader(questions), TextWriter.Null));
        Assert.Contains("Audit of 'ort-fp32'", refused.Message);
    }

    [Fact]
    public void Gate_WhatCannotBe_OneLineAndItsExitCode()
    {
        var model = Model(20);
        Directory.CreateDirectory(_folder.File("lab/harness/DetrPerfLab.Cli"));
        File.WriteAllText(_folder.File("lab/DetrPerfLab.sln"), "");
        File.WriteAllText(_folder.File("lab/harness/DetrPerfLab.Cli/Broken.csproj"), "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup><ItemGroup><Compile Include=\"none.cs\" /></ItemGroup></Project>");
        var empty = _folder.File("empty");
        Directory.CreateDirectory(empty);
        foreach (var (args, exit, because) in new (string[], int, string)[]
        {
            ([], 2, "name --base or --base-command"),
            (["--base", model], 2, "name --head or --head-command"),
            (["--base", "no-such-ref", "--head", model], 2, "is no model file, no folder, no model's name and no git ref"),
            (["--base", "--exec=x", "--head", model], 2, "--exec=x"),
            (["--base", empty, "--head", model], 2, "holds neither deploy.json"),
            (["--base", model, "--head", model, "--case", "ort-fp23"], 2, "Unknown variant 'ort-fp23'. Did you mean 'ort-fp32'?"),
            (["--base", model, "--head", model, "--case", "ort-fp32@0"], 2, "needed [MODEL/]VARIANT[@SIDE]"),
            (["--base", model, "--head", model, "--case", "detr-r50/ort-fp32"], 2, "names a model, and so does --base. Leave it out: ort-fp32."),
            (["--base", "HEAD", "--head", "HEAD"], 2, "A build of the lab needs to be told what to time"),
            (["--base", "HEAD", "--head", "HEAD", "--case", "ort-fp32"], 2, "names no model"),
            (["--base", model, "--base-command", "x", "--head", model], 2, "name two things for one side"),
            (["--base-command", "", "--head", model], 2, "--base-command is empty"),
            (["--base", model, "--head", model, "--hours", "1"], 2, "has an effect with --self-test only"),
            (["--self-test", "--conditions", "slower"], 2, "Unknown condition 'slower'"),
            (["--base", _folder.File("lab"), "--head", _folder.File("lab"), "--case", "detr-r50/ort-fp32"], 2, "cannot be built: "),
            (["--base", model, "--head", _folder.File("lab"), "--case", "x/ort-fp32"], 1, "the head: "),
            (["--base-command", "x", "--head", model, "--coco", empty], 2, "AP of a program is not known here"),
            (["--base-command", "no-such-program", "--head", model], 2, "the base could not be started"),
            (["--base", model, "--head-command", "false"], 1, "the head ended (exit code 1) before it answered to its start"),
        })
        {
            var run = CliRun.Of(["gate", "--minutes", "0.1", .. args]);
            Assert.True(run.ExitCode == exit && run.Error.Contains(because), $"{string.Join(' ', args)}: {run.ExitCode} {run.Error}");
            Assert.DoesNotContain("   at ", run.Error);
        }
    }

    [Fact]
    public void Gate_AnotherIsRunning_SaysSo()
    {
        using ManualResetEventSlim taken = new(), done = new();
        var other = new Thread(() =>
        {
            using var gate = GateLock.Take();
            taken.Set();
            done.Wait();
        });
        other.Start();
        taken.Wait();
        var run = CliRun.Of("gate", "--base", Model(20), "--head", Model(20));
        done.Set();
        other.Join();
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Another gate is measuring on this machine", run.Error);
    }

    [Fact]
    public void SelfTest_TwoRuns_GoesOnAndCounts()
    {
        string[] args = ["gate", "--self-test", "--conditions", "same,slow-10", "--minutes", "0.1", "--results", _folder.File("results")];
        var first = CliRun.Of([.. args, "--runs", "1"]);
        Assert.True(first.ExitCode == 0, first.Error);
        var file = Assert.Single(Directory.GetFiles(_folder.File("results"), "gate.jsonl", SearchOption.AllDirectories));
        var records = Told(GateTrials.Read(file));
        File.AppendAllText(file, "{\"condition\":\"same\",\"slow"); // killed while it wrote
        var second = CliRun.Of([.. args, "--runs", "3"]);
        Assert.True(second.ExitCode == 0, second.Error);
        var trials = GateTrials.Read(file);
        Assert.Equal((2, 4), (records, Told(trials))); // three of equal builds; of the other condition a fifteenth of that, one at least
        Assert.Equal(Enumerable.Range(1, trials.Count).Select(i => (ulong)i), trials.Select(t => t.Seed));
        Assert.Matches(@"(?m)^same +\d+ +\d+", second.Output);
        Assert.Contains("a gate of 5, 10, 20 minutes finds slow-downs of", second.Output);

        static int Told(IReadOnlyList<GateTrial> trials) => trials.Count(t => !t.IsBusy); // what the machine disturbed is kept, and tried again
    }

    /// <summary>The steps of the composite action as GitHub runs them, with what it would put in.</summary>
    [Fact]
    public void Action_ItsSteps_RunAndFillTheSummary()
    {
        var model = Model(20);
        var (root, inputs) = (TestPaths.RepoRoot, new Dictionary<string, string> { ["base"] = model, ["head"] = model, ["arguments"] = "--threads 1", ["minutes"] = "0.1", ["no-verdict"] = "pass" });
        var action = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(File.ReadAllText(Path.Combine(root, "action.yml")));
        var declared = ((Dictionary<object, object>)action["inputs"]).Keys.Cast<string>();
        Assert.Equal(declared.Order(), inputs.Keys.Order());
        var steps = ((List<object>)((Dictionary<object, object>)action["runs"])["steps"]).Cast<Dictionary<object, object>>().Where(s => s.ContainsKey("run")).ToList();
        Assert.Equal(2, steps.Count);
        foreach (var step in steps)
        {
            var environment = new Dictionary<string, string> { ["RUNNER_TEMP"] = _folder.Path, ["GITHUB_STEP_SUMMARY"] = _folder.File("summary.md") };
            foreach (var (name, value) in step.TryGetValue("env", out var env) ? (Dictionary<object, object>)env : []) { environment[(string)name] = Filled((string)value); }
            var run = CliRun.OfProgram("env", [.. environment.Select(e => $"{e.Key}={e.Value}"), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", Filled((string)step["run"])]);
            Assert.True(run.ExitCode == 0, run.Output + run.Error);
        }

        Assert.StartsWith("## Gate: ", File.ReadAllText(_folder.File("summary.md")));
        Assert.True(File.Exists(_folder.File("gate.xml")));

        string Filled(string text) => inputs.Aggregate(text.Replace("${{ github.action_path }}", root), (t, i) => t.Replace($"${{{{ inputs.{i.Key} }}}}", i.Value));
    }

    [Theory]
    [InlineData("github.yml")]
    [InlineData("gitlab.yml")]
    [InlineData("azure.yml")]
    public void Template_Parses_AndItsOptionsExist(string file)
    {
        var text = File.ReadAllText(Path.Combine(TestPaths.RepoRoot, "eng", "ci", file));
        Assert.NotEmpty(new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(text));
        Assert.InRange(text.Split('\n').Length, 10, 45);
        var known = GateCommand.Create().Options.Select(o => o.Name).ToHashSet();
        foreach (var line in text.Split('\n').Where(l => l.Contains("detrlab gate")))
        {
            Assert.All(line.Split(' ').Where(w => w.StartsWith("--", StringComparison.Ordinal)), option => Assert.Contains(option, known));
        }
    }

    [Theory]
    [InlineData("nodes", 100.0, 101.0, null, true)]
    [InlineData("nodes", 100.0, 99.0, null, false)]
    [InlineData("peak_bytes", 100e6, 102e6, null, false)]
    [InlineData("peak_bytes", 100e6, 104e6, 100e6, true)]
    [InlineData("peak_bytes", 100e6, 104e6, 105e6, false)] // a copy of the base takes as much more
    [InlineData("allocated_bytes", 0.0, 64.0, 0.0, false)]
    [InlineData("allocated_bytes", 0.0, 65.0, 0.0, true)]
    [InlineData("boxes", 7.0, 3.0, 7.0, true)] // of a program: either way
    [InlineData("drift", -1.0, -1.02, -1.0, false)]
    [InlineData("drift", -1.0, -1.05, -1.0, true)]
    public void Bound_OfAFigure_HoldsOrSaysWhatMoved(string name, double before, double after, double? copy, bool broken)
    {
        var bound = GateBound.Of(name, before, after, copy, [])!;
        Assert.Equal(broken, bound.Broken is not null);
        Assert.Null(GateBound.Of(name, before, after, copy, [name])!.Broken);
        if (broken) { Assert.EndsWith($"(--allow {name})", bound.Broken); }
    }

    [Fact]
    public void Bound_FigureThatTheHeadLost_IsBroken()
    {
        Assert.Contains("does not tell it any more", GateBound.Of("boxes", 7, null, 7, [])!.Broken);
        Assert.Null(GateBound.Of("boxes", null, 7, null, [])); // new in the head
    }

    [Fact]
    public void Bar_Interval_ShowsItBetweenTheBands()
    {
        var bar = GateReport.Bar(new(0.02, 0.01, 0.03, 0.99), new());
        Assert.Equal(41, bar.Length);
        Assert.Equal(('┊', '┊', '│', '●'), (bar[10], bar[30], bar[20], bar[24]));
        Assert.Equal("          ┊         │         ┊          ", GateReport.Bar(null, new()));
        Assert.Equal('●', GateReport.Bar(new(9, 8, 10, 0.99), new())[40]); // far outside stands at the end
    }

    string Model(int layers, bool seedling = false)
    {
        var path = _folder.File($"work-{layers}{(seedling ? "-other" : "")}.onnx");
        var model = WorkModel.Create(layers, new Dictionary<string, string>
        {
            [ModelUse.FamilyKey] = ModelFamilies.Classifier.Name,
            [ModelUse.PictureKey] = DetrExporter.ClassifierPicture.Replace("256", "32").Replace("224", "32"),
        });
        if (seedling)
        {
            foreach (var weight in model.Graph.Initializer.Where(i => i.Name == "head.weight")) { weight.RawData = Google.Protobuf.ByteString.CopyFrom([.. weight.RawData.ToByteArray().Chunk(4).Reverse().SelectMany(b => b)]); }
        }

        OnnxFile.Save(model, path);
        return path;
    }

    (ExitCode Code, string Output, string Error) Gate(string one, string other, double minutes, NoVerdict noVerdict = NoVerdict.Exit4) =>
        Run(Options(GateSide.Of(one, "--base", 1, new()), GateSide.Of(other, "--head", 1, new()), minutes) with { NoVerdict = noVerdict });

    GateOptions Options(GateSide @base, GateSide head, double minutes) => new()
    {
        Base = @base,
        Head = head,
        Cases = [GateCaseName.AsItIs],
        Minutes = minutes,
        Threads = 1,
        UnitMs = 40,
        Restart = true,
        Json = _folder.File("gate.json"),
        JUnit = _folder.File("gate.xml"),
        Summary = _folder.File("gate.md"),
    };

    static (ExitCode Code, string Output, string Error) Run(GateOptions options)
    {
        using StringWriter output = new(), error = new();
        var code = new GateSession(options, output, error, CancellationToken.None, s_limits).Run();
        return (code, output.ToString().ReplaceLineEndings("\n"), error.ToString());
    }

    static CommandSide Command(string side, string words) => new($"--{side}-command", words) { Text = words };

    /// <summary>Answers at once what it has answered before, and takes its time for what is new.</summary>
    sealed class CachingEngine(IInferenceEngine inner) : IInferenceEngine
    {
        readonly Dictionary<int, byte[]> _known = [];

        public EngineInfo Info => inner.Info;
        public IReadOnlyList<TensorSpec> Inputs => inner.Inputs;
        public IReadOnlyList<TensorSpec> Outputs => inner.Outputs;

        public void Run(TensorSet inputs, TensorSet outputs)
        {
            var key = new HashCode();
            key.AddBytes(inputs[0].Bytes);
            if (_known.TryGetValue(key.ToHashCode(), out var answer)) { answer.CopyTo(outputs[0].Bytes); return; }
            inner.Run(inputs, outputs);
            _known[key.ToHashCode()] = outputs[0].Bytes.ToArray();
        }

        public void Synchronize() => inner.Synchronize();

        public TensorSet AllocateOutputs(TensorSet inputs) => inner.AllocateOutputs(inputs);

        public void Dispose() => inner.Dispose();
    }
}
