using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary>The options of every verb that runs a model on images; without those of detection where it only classifies.</summary>
sealed class DetectorArguments(bool forDetection = true, bool modelRequired = true)
{
    readonly Option<string> _model = new("--model") { Description = "A model's name (detrlab models list), a checkpoint, an ONNX file, a TorchScript file or a folder of 'detrlab optimize'.", Required = modelRequired };

    readonly Option<string> _engine = new("--engine")
    {
        Description = $"{string.Join(", ", DetectorSource.Engines)}, or a variant's name (detrlab doctor lists them).",
        DefaultValueFactory = _ => "ort",
    };

    readonly Option<int?> _size = SharedOptions.Size();
    readonly Option<int> _threads = SharedOptions.Threads();

    readonly Option<float?> _nms = new Option<float?>("--nms")
    {
        Description = "Non-maximum suppression: of two boxes of one class with a larger IoU, drop the one with the lower score. Without a number: 0.5.",
        Arity = ArgumentArity.ZeroOrOne,
    }.Within(0, 1);

    readonly FamilyArguments _family = new();
    readonly HashSet<string> _said = []; // several variants of one model say the same of it

    internal IEnumerable<Option> All => [_model, _engine, _size, _threads, .. forDetection ? [_nms] : (Option[])[], .. _family.All];

    internal string Model(ParseResult parsed) => Deployment.ModelOf(parsed.GetValue(_model)!);

    internal bool NamesModel(ParseResult parsed) => parsed.GetValue(_model) is not null;

    internal ModelSource Source(ParseResult parsed) => new(Model(parsed), parsed.GetValue(_engine)!, _family.Read(parsed));

    /// <summary>As the user says; else as <c>optimize</c> found, where the model is its own.</summary>
    internal EngineSettings Settings(ParseResult parsed) => parsed.GetResult(_threads) is not { Implicit: false } && Deployment.Beside(Model(parsed)) is { } found
        ? new() { Threads = found.Threads, Spinning = found.Spinning } : new() { Threads = parsed.GetValue(_threads) };

    internal string Variant(ParseResult parsed) => DetectorSource.VariantOf(parsed.GetValue(_engine)!);

    internal OpenedEngine Open(ParseResult parsed) => Open(parsed, Model(parsed), parsed.GetValue(_engine)!);

    /// <summary>Opens another model or variant with the same threads.</summary>
    internal OpenedEngine Open(ParseResult parsed, string model, string engine)
    {
        var opened = DetectorSource.Open(model, engine, new EngineSettings { Threads = parsed.GetValue(_threads) }, _family.Read(parsed));
        if (opened.Note is { } note && _said.Add(note)) { parsed.InvocationConfiguration.Error.WriteLine(note); }
        return opened;
    }

    internal DetectorOptions Read(ParseResult parsed, float threshold) => new()
    {
        Size = parsed.GetValue(_size),
        Threads = Math.Max(1, parsed.GetValue(_threads)),
        Postprocess = new()
        {
            Threshold = threshold,
            NmsIou = !forDetection ? null : parsed.GetResult(_nms) is { Tokens.Count: 0 } ? 0.5f : parsed.GetValue(_nms),
        },
    };
}
