using System.CommandLine;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary>What holds for every verb and every option that there is, and for those to come: the cases are read from the command itself.</summary>
public sealed class SurpriseTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("detrlab-surprise-").FullName;

    public static TheoryData<string, string> Outputs() => Options(o => o is OutputOption);

    public static TheoryData<string, string> Numbers() => Options(o => Kind(o) is { } t && (t == typeof(int) || t == typeof(float) || t == typeof(double) || t == typeof(ulong)));

    public static TheoryData<string, string> Texts() => Options(o => Kind(o) == typeof(string) && o is not OutputOption);

    [Theory]
    [MemberData(nameof(Outputs))]
    public void Run_OutputThatCannotBe_Exit2AndOneLineBeforeAnyWork(string verb, string option)
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "a file");
        Refuses(verb, option, Path.Combine(file, "below"), "is no folder");
        Refuses(verb, option, "/proc/none/out", "cannot be written");
        if (Find(verb).Options.Single(o => o.Name == option) is OutputFile)
        {
            Refuses(verb, option, _folder, "is a folder");
            Refuses(verb, option, "/dev/full", "device");
        }
        else { Refuses(verb, option, file, "is no folder"); }
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Run_NumberWrittenOtherwiseOrSenseless_Exit2(string verb, string option)
    {
        foreach (var value in new[] { "0,1", "-1", "NaN", "1e400", "0x10", "1 000", "９" }) { Refuses(verb, option, value, option); }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Run_PipeDeviceOrDanglingLinkAsInput_RefusedAtOnce(string verb, string option)
    {
        var (pipe, link) = (Path.Combine(_folder, "pipe"), Path.Combine(_folder, "link"));
        CliRun.OfProgram("mkfifo", pipe);
        File.CreateSymbolicLink(link, Path.Combine(_folder, "nothing"));
        Refuses(verb, option, pipe, "is a pipe");
        Refuses(verb, option, "/dev/zero", "is a pipe");
        Refuses(verb, option, link, "link to nothing");
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Run_PipeOrDanglingLinkAsArgument_RefusedAtOnce(string verb)
    {
        var arguments = Find(verb).Arguments.Where(a => a.ValueType == typeof(string) || a.ValueType == typeof(string[])).ToList();
        if (arguments.Count == 0) { return; }
        var pipe = Path.Combine(_folder, "pipe");
        CliRun.OfProgram("mkfifo", pipe);
        string[] options = [.. Needed(verb, "")];
        var run = CliRun.Of([.. options.Select(o => o == "nothing" ? pipe : o)]);
        Assert.True(run.ExitCode == 2 && run.Error.Contains("is a pipe"), $"{verb}: {run.ExitCode} {run.Error}");
    }

    public static TheoryData<string> Verbs() => new(Leaves(LabCommand.Create(), "").Select(l => l.Verb));

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Run_Help_IsShownWhateverIsLackingBesideIt(string verb)
    {
        var run = CliRun.Of([.. verb.Split(' '), "--help"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.All(Find(verb).Options, option => Assert.Contains(option.Name, run.Output));
    }

    [Theory]
    [InlineData("quantize --model m.onnx --out q.onnx --precision fp16 --calibrate photos", "--calibrate", "--precision int8-static")]
    [InlineData("quantize --model m.onnx --out q.onnx --precision int8-dynamic --percentile 99", "--percentile", "--precision int8-static")]
    [InlineData("quantize --model m.onnx --out q.onnx --precision int8-static --all --plan p.json", "--all", "without --plan")]
    [InlineData("quantize --model m.onnx --out q.onnx --precision fp16-weights --reduce-range true", "--reduce-range", "--precision int8-dynamic or int8-static")]
    [InlineData("sensitivity --model m.onnx --out t.json --coco photos", "--coco", "--target-ap-loss")]
    [InlineData("report --across-machines", "--across-machines", "--compare")]
    [InlineData("report --plots p --no-charts", "--plots", "without --no-charts")]
    [InlineData("eval --model m.onnx --coco d --truth t.txt", "--truth", "--imagefolder")]
    [InlineData("export --out m.pt --format torchscript --no-mask", "--no-mask", "--format onnx")]
    public void Run_OptionWithoutEffectBesideTheOthers_IsRefused(string command, string option, string needed)
    {
        var run = CliRun.Of(command.Split(' '));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"Option '{option}' is given, needed left out: it has an effect with ", run.Error);
        Assert.Contains(needed, run.Error);
    }

    [Theory]
    [InlineData("detec", "detect")]
    [InlineData("quantise", "quantize")]
    [InlineData("bnech", "bench")]
    public void Run_MistypedVerb_NamesTheNearest(string found, string meant) => Assert.Contains($"Did you mean '{meant}'?", CliRun.Of(found).Error);

    [Fact]
    public void Run_MistypedOptionVariantOrModel_NamesTheNearest()
    {
        Assert.Contains("Did you mean '--precision'?", CliRun.Of("quantize", "--model", "a", "--out", "b", "--precison", "fp16").Error);
        Assert.Contains("Did you mean 'ort-fp32'?", CliRun.Of("bench", "--variants", "ort-fp23", "--results", _folder).Error);
        Assert.Contains("Did you mean 'detr-r50'?", CliRun.Of("export", "--model", "detr-r5o", "--out", Path.Combine(_folder, "m.onnx")).Error);
    }

    [Fact]
    public void Tell_WhateverIsThrown_OneLineNoNamesOfTypesAndALog()
    {
        foreach (var (fault, code) in new (Exception, ExitCode)[]
        {
            (new NullReferenceException(), ExitCode.BadInput), (new ArgumentOutOfRangeException("index"), ExitCode.BadInput), (new KeyNotFoundException(), ExitCode.BadInput),
            (new IOException("No space left on device"), ExitCode.BadInput), (new OutOfMemoryException(), ExitCode.Missing),
            (new TypeInitializationException("X", new DllNotFoundException("libx")), ExitCode.Missing), (new InvalidOperationException("one\ntwo"), ExitCode.BadInput),
        })
        {
            using var error = new StringWriter();
            Assert.Equal(code, FaultLog.Tell(fault, error));
            AssertOneLine(error.ToString());
            var log = error.ToString().Split('\'')[^2];
            Assert.Contains(fault.GetType().Name, File.ReadAllText(log));
            File.Delete(log);
        }
    }

    [Fact]
    public void Run_FileOfAnotherOrigin_IsNotReplacedWithoutOverwrite()
    {
        var (model, target) = (Path.Combine(_folder, "model.onnx"), Path.Combine(_folder, "m.onnx"));
        OnnxFile.Save(QuantizationCases.All["residual"].Model(), model);
        string[] command = ["quantize", "--model", model, "--out", target, "--precision", "fp16"];
        File.WriteAllText(target, "the user's");
        var refused = CliRun.Of(command);
        Assert.Equal((2, "the user's"), (refused.ExitCode, File.ReadAllText(target)));
        Assert.Contains("m.onnx' exists and was not made by this command. Name another place, or say --overwrite", refused.Error);
        AssertOneLine(refused.Error);
        Assert.Equal(0, CliRun.Of([.. command, "--overwrite"]).ExitCode);
        Assert.Equal(0, CliRun.Of(command).ExitCode); // its own
        var other = CliRun.Of("sensitivity", "--model", model, "--out", target);
        Assert.True(other.ExitCode == 2 && other.Error.Contains("was not made by this command"), other.Error);
        File.AppendAllText(target, "changed"); // since then somebody's own
        Assert.Equal(2, CliRun.Of(command).ExitCode);
    }

    [Fact]
    public void Real_ThroughLinksOfFoldersAndFiles_IsOnePlace()
    {
        var real = Directory.CreateDirectory(Path.Combine(_folder, "real")).FullName;
        File.WriteAllText(Path.Combine(real, "m.onnx"), "");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "linked"), real);
        File.CreateSymbolicLink(Path.Combine(_folder, "l.onnx"), "linked/m.onnx");
        Assert.Equal(OutputPath.Real(Path.Combine(real, "m.onnx")), OutputPath.Real(Path.Combine(_folder, "l.onnx")));
        var run = CliRun.Of("quantize", "--model", Path.Combine(real, "m.onnx"), "--out", Path.Combine(_folder, "l.onnx"), "--precision", "fp16");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("which this run reads", run.Error);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    void Refuses(string verb, string option, string value, string because)
    {
        var run = CliRun.Of([.. Needed(verb, option), option, value]);
        Assert.True(run.ExitCode == 2, $"{verb} {option} {value}: {run.ExitCode} {run.Error}");
        Assert.Contains(because, run.Error);
        AssertOneLine(run.Error.Split("Usage:")[0]);
    }

    static void AssertOneLine(string error)
    {
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotMatch(@"Exception|System\.|DetrPerfLab\.[A-Z]|Nullable", error.Split(" The trace is")[0]);
    }

    /// <summary>The verb with every value that it asks for, but for the option that is tried.</summary>
    string[] Needed(string verb, string but)
    {
        var command = Find(verb);
        string[] beside = (verb, but) switch
        {
            ("eval", "--truth") => ["--imagefolder", Path.Combine(_folder, "nothing")],
            ("sensitivity", "--coco") => ["--target-ap-loss", "1"],
            ("fleet plan" or "fleet run", "--coco" or "--engine") => ["--model", Path.Combine(_folder, "nothing")],
            ("report", "--price") => ["--fleet", Path.Combine(_folder, "nothing")],
            _ => [],
        };
        return
        [
            .. verb.Split(' '),
            .. command.Arguments.Where(a => a.Arity.MinimumNumberOfValues > 0).Select(_ => "nothing"),
            .. command.Options.Where(o => o.Required && o.Name != but).SelectMany(o => new[] { o.Name, o.ValueType == typeof(double) ? "0.5" : Path.Combine(_folder, "nothing" + o.Name.TrimStart('-')) }),
            .. beside,
        ];
    }

    static TheoryData<string, string> Options(Func<Option, bool> which) =>
        new(Leaves(LabCommand.Create(), "").SelectMany(l => l.Command.Options.Where(which).Select(o => (l.Verb, o.Name))));

    static IEnumerable<(string Verb, Command Command)> Leaves(Command command, string verb) => command.Subcommands.Count == 0
        ? [(verb, command)] : command.Subcommands.SelectMany(s => Leaves(s, $"{verb} {s.Name}".Trim()));

    static Command Find(string verb) => Leaves(LabCommand.Create(), "").Single(l => l.Verb == verb).Command;

    static Type? Kind(Option option) => Nullable.GetUnderlyingType(option.ValueType) ?? (option.ValueType.IsArray ? option.ValueType.GetElementType() : option.ValueType);
}
