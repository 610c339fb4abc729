using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab profile --model NAME|FILE.onnx [--engine ort|torch] [--variant NAME] [--size 800] [--runs N] [--threads N] [--json]</c></summary>
static class ProfileCommand
{
    /// <summary>3:4, as most photographs: DETR brings it to 800x1066.</summary>
    static readonly ImageSize s_photograph = new(960, 1280);

    static readonly Dictionary<string, string> s_engines = new(StringComparer.Ordinal) { ["ort"] = "ort-fp32", ["torch"] = VariantRegistry.Baseline };

    internal static Command Create()
    {
        var model = new Option<string>("--model") { Description = "A model of the zoo, a checkpoint, or an ONNX file.", Required = true };
        var engine = new Option<string>("--engine") { Description = "ort or torch.", DefaultValueFactory = _ => "ort" };
        var variant = new Option<string?>("--variant") { Description = "A variant's name, instead of --engine." };
        var size = new Option<int?>("--size") { Description = "Shorter side in pixels; DETR's own is 800. A size that the model fixes wins." };
        var runs = new Option<int>("--runs") { Description = "Inferences with the profiler, and as many without.", DefaultValueFactory = _ => 5 };
        var threads = new Option<int>("--threads") { Description = "Threads; 0 takes all that this process may use.", DefaultValueFactory = _ => 0 };
        var json = new Option<bool>("--json") { Description = "Print JSON instead of tables." };
        var command = new Command("profile", "Shows where the time of an inference goes, by module and by operator; the shares add up to the measured whole.")
        {
            model, engine, variant, size, runs, threads, json,
        };
        command.SetAction(parsed =>
        {
            var (count, cores) = (parsed.GetValue(runs), parsed.GetValue(threads));
            if (count is < 1 or > 1000) { throw LabError.OutOfRange(count, "1 to 1000", "--runs"); }
            if (cores is < 0 or > 256) { throw LabError.OutOfRange(cores, "0 to 256", "--threads"); }
            if (!s_engines.TryGetValue(parsed.GetValue(engine)!, out var chosen)) { throw LabError.UnknownName("engine", parsed.GetValue(engine)!, s_engines.Keys); }
            var profile = Run(parsed.GetValue(model)!, parsed.GetValue(variant), chosen, new DetectorOptions { Size = parsed.GetValue(size) }, new EngineSettings { Threads = cores }, count);
            if (parsed.GetValue(json)) { parsed.InvocationConfiguration.Output.WriteLine(JsonSerializer.Serialize(profile, LabJson.Options)); }
            else { ProfileTable.Print(profile, parsed.InvocationConfiguration.Output); }
            return (int)ExitCode.Done;
        });
        return command;
    }

    static EngineProfile Run(string model, string? variantName, string chosen, DetectorOptions options, EngineSettings settings, int runs)
    {
        var (known, variant, cache) = (VariantModel.Of(model), VariantRegistry.Get(variantName ?? chosen), new ArtefactCache(LabPaths.ModelCache));
        if (known.Note is not null) { Console.Error.WriteLine(known.Note); }
        if (variant.Recipe is { } recipe) { ConsoleProgress.Run($"building {variant.Name}", report => cache.Get(known, recipe, (_, done, of) => report(done, of))); }
        var around = Around(variant.Create(known, settings, cache).Engine, options, runs);
        return ModuleProfile.Profile(known, variant, settings, cache, around.Given, runs).Around(around.PreMs, around.PostMs, around.WholeMs);
    }

    /// <summary>The tensors that a photograph becomes, and the mean time of the steps before and after the engine, and of all together.</summary>
    static (TensorSet Given, double PreMs, double PostMs, double WholeMs) Around(IInferenceEngine engine, DetectorOptions options, int runs)
    {
        using var owned = engine;
        var recording = new RecordingEngine(engine);
        var pipeline = new DetectorPipeline(recording, options);
        var photograph = SyntheticPhotographs.Create(0, s_photograph);
        pipeline.Detect(photograph);
        var times = default(StageTimes);
        var whole = TimeSpan.Zero;
        for (var i = 0; i < runs; i++)
        {
            var start = Stopwatch.GetTimestamp();
            pipeline.Detect(photograph);
            whole += Stopwatch.GetElapsedTime(start);
            times += pipeline.Times;
        }

        return (recording.Given!, times.PreprocessMs / runs, times.PostprocessMs / runs, whole.TotalMilliseconds / runs);
    }
}
