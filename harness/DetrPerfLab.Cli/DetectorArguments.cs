using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary>The options that every verb with a detector shares.</summary>
sealed class DetectorArguments
{
    readonly Option<string> _model = new("--model") { Description = "A model of the zoo, a checkpoint, an ONNX file or a TorchScript file.", Required = true };

    readonly Option<string> _engine = new("--engine")
    {
        Description = $"{string.Join(", ", DetectorSource.Engines)}, or a variant's name.",
        DefaultValueFactory = _ => "ort",
    };

    readonly Option<int?> _size = new("--size") { Description = "Shorter side in pixels that images are brought to; DETR's own is 800. A size that the model fixes wins." };

    readonly Option<int> _threads = new("--threads") { Description = "Threads; 0 takes all that this process may use.", DefaultValueFactory = _ => 0 };

    readonly Option<float?> _nms = new("--nms")
    {
        Description = "Of two boxes of one class that overlap by more than this, drop the less sure; 0.5 when no number follows.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    internal void AddTo(Command command)
    {
        foreach (var option in new Option[] { _model, _engine, _size, _threads, _nms }) { command.Options.Add(option); }
    }

    internal string Model(ParseResult parsed) => parsed.GetValue(_model)!;

    internal OpenedDetector Open(ParseResult parsed) => Open(parsed, Model(parsed), parsed.GetValue(_engine)!);

    /// <summary>Opens another model or variant with the same threads.</summary>
    internal OpenedDetector Open(ParseResult parsed, string model, string engine)
    {
        var threads = parsed.GetValue(_threads);
        if (threads is < 0 or > 256) { throw LabError.OutOfRange(threads, "0 to 256", "--threads"); }
        var opened = DetectorSource.Open(model, engine, new EngineSettings { Threads = threads });
        if (opened.Note is not null) { parsed.InvocationConfiguration.Error.WriteLine(opened.Note); }
        return opened;
    }

    internal DetectorOptions Read(ParseResult parsed, float threshold) => new()
    {
        Size = parsed.GetValue(_size),
        Threads = Math.Max(1, parsed.GetValue(_threads)),
        Postprocess = new()
        {
            Threshold = threshold,
            NmsIou = parsed.GetResult(_nms) is { Tokens.Count: 0 } ? 0.5f : parsed.GetValue(_nms),
        },
    };
}
