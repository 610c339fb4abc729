using System.CommandLine;
using System.Diagnostics;
using static System.FormattableString;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab profile --model NAME|FILE.onnx [--engine ort|torch] [--variant NAME] [--size 800] [--runs N] [--threads N] [--json]</c></summary>
static class ProfileCommand
{
    static readonly ImageSize s_photograph = new(960, 1280); // 3:4, as most photographs: DETR brings it to 800x1066
    static readonly Dictionary<string, string> s_engines = new(StringComparer.Ordinal) { ["ort"] = "ort-fp32", ["torch"] = VariantName.Baseline };

    internal static Command Create()
    {
        var model = new Option<string>("--model") { Description = "A model's name (detrlab models list), a checkpoint or an ONNX file.", Required = true };
        var engine = new Option<string>("--engine") { Description = "ort or torch.", DefaultValueFactory = _ => "ort" };
        var variant = new Option<string?>("--variant") { Description = "A variant's name, instead of --engine (detrlab doctor lists them)." };
        var size = SharedOptions.Size();
        var runs = new Option<int>("--runs") { Description = "Inferences with the profiler, and as many without.", DefaultValueFactory = _ => 5 }.Within(1, 1000);
        var threads = SharedOptions.Threads();
        var json = SharedOptions.Json();
        var family = new FamilyArguments();
        var command = new Command("profile", "Shows where the time of an inference goes, by module and by operator; the parts add up to the measured whole.")
        {
            model, engine, variant, size, runs, threads, json,
        };
        command.With(family.All);
        command.SetAction(parsed =>
        {
            var (count, settings) = (parsed.GetValue(runs), new EngineSettings { Threads = parsed.GetValue(threads) });
            if (!s_engines.TryGetValue(parsed.GetValue(engine)!, out var chosen)) { throw LabError.UnknownName("engine", parsed.GetValue(engine)!, s_engines.Keys); }
            var known = VariantModel.Of(parsed.GetValue(model)!, family: family.Read(parsed));
            if (known.Note is { } note) { parsed.InvocationConfiguration.Error.WriteLine(note); }
            var profile = Run(known, parsed.GetValue(variant) ?? chosen, new DetectorOptions { Size = parsed.GetValue(size) }, settings, count);
            parsed.Answer(json, profile, output => ProfileTable.Print(profile, output));
        });
        return command;
    }

    static EngineProfile Run(VariantModel known, string variantName, DetectorOptions options, EngineSettings settings, int runs)
    {
        var (variant, cache) = (VariantRegistry.Get(variantName), new ArtefactCache(LabPaths.ModelCache));
        if (variant.Recipe is { } recipe) { ConsoleProgress.Run($"building {variant.Name}", report => cache.Get(known, recipe, (_, done, of) => report(done, of))); }
        var (inputs, mean, wholeMs) = MeasureWhole(variant.Create(known, settings, cache).Engine, known.Use, options, runs);
        return ModuleProfile.Profile(known, variant, settings, cache, inputs, runs).Around(mean.PreprocessMs, mean.PostprocessMs, wholeMs);
    }

    /// <summary>The tensors that a photograph becomes, and the mean times of passes from photograph to detections: by stage, and by one clock. Disposes the engine.</summary>
    internal static (TensorSet Inputs, StageTimes Mean, double WholeMs) MeasureWhole(IInferenceEngine engine, ModelUse use, DetectorOptions options, int runs)
    {
        using var owned = engine;
        var pipeline = new DetectorPipeline(engine, use, options);
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

        return (CalibrationImages.Prepare(use, photograph, options), times / runs, whole.TotalMilliseconds / runs);
    }
}

/// <summary>A profile as a person reads it.</summary>
static class ProfileTable
{
    internal static void Print(EngineProfile profile, TextWriter output)
    {
        output.WriteLine(Invariant($"With the profiler {profile.WallMs:F1} ms, without {profile.PlainWallMs:F1} ms: it costs {100 * (profile.WallMs / profile.PlainWallMs - 1):F1} %. Means of {profile.Runs} runs each."));
        if (profile.EndToEndMs is { } endToEndMs)
        {
            output.WriteLine(Invariant($"Both are sums of pre, engine and post, which were measured in passes of their own. From photograph to detections as one pass, without the profiler: {endToEndMs:F1} ms."));
        }

        output.WriteLine(Invariant($"{profile.Flops / 1e9:F2} GFLOP counted on the float32 graph, a multiply-add as two{(profile.NotCounted.Count == 0 ? "" : $"; without {string.Join(", ", profile.NotCounted.Select(o => $"{o.Nodes} {o.Operator}"))}")}."));
        Print("module", profile.Modules, profile.ModulesGap, output);
        Print("operator", profile.Operators, profile.OperatorsGap, output);
    }

    static void Print(string kind, IReadOnlyList<ProfilePart> parts, string? gap, TextWriter output)
    {
        output.WriteLine();
        if (gap is not null)
        {
            output.WriteLine($"Not by {kind}: {gap}.");
            return;
        }

        var width = Math.Max(24, parts.Max(p => p.Name.Length));
        output.WriteLine(Row(kind, "nodes", "time, ms", "share, %", "GFLOP", "GFLOP/s"));
        foreach (var part in parts)
        {
            output.WriteLine(Row(
                part.Name,
                part.Nodes > 0 ? Invariant($"{part.Nodes}") : "",
                Invariant($"{part.Ms:F3}"),
                Invariant($"{100 * part.Share:F1}"),
                Invariant($"{part.Flops / 1e9:F3}"),
                Invariant($"{part.GflopsPerSecond:F1}")));
        }

        output.WriteLine(Row("sum", "", Invariant($"{parts.Sum(p => p.Ms):F3}"), Invariant($"{100 * parts.Sum(p => p.Share):F1}"), "", ""));

        string Row(string name, string count, string ms, string share, string work, string rate) =>
            $"{name.PadRight(width)} {count,6} {ms,10} {share,8} {work,10} {rate,9}".TrimEnd();
    }
}
