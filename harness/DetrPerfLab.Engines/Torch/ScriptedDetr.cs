using System.Diagnostics;
using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Our own DETR as the TorchScript archive that <see cref="DetrScript"/> writes.</summary>
sealed class ScriptedDetr : TorchScriptEngine, IModuleTimedEngine
{
    List<ModuleTime>? _times;
    long _partStart;

    ScriptedDetr(EngineInfo info, jit.ScriptModule module, IReadOnlyList<TensorSpec> outputs, int threads)
        : base(info, module, inputCount: 2, outputs, threads)
    {
    }

    /// <param name="variant">The variant's fixed name.</param>
    /// <param name="path">An archive that was checked when it was made.</param>
    /// <param name="precision">What it was written with.</param>
    /// <param name="options">Threads.</param>
    internal static ScriptedDetr Open(string variant, string path, ScriptPrecision precision, TorchOptions options) => Read(path, module =>
    {
        var lengths = module.invoke<Tensor>(DetrScript.OutputLengths);
        var info = Describe(
            variant,
            options.EffectiveThreads,
            ("made_by", "a TorchScript archive of the weights, batch norm folded"),
            ("channels_last", "on"),
            ("int8_linear_layers", precision == ScriptPrecision.Int8Dynamic
                ? "transformer, a scale a row, packed for libtorch's default quantised engine, which TorchSharp neither tells nor changes; heads float32" : "none"));
        return new ScriptedDetr(info, module, DetrInterface.Outputs(lengths[0].item<long>(), lengths[1].item<long>()), options.EffectiveThreads);
    });

    /// <inheritdoc/>
    /// <remarks>The parts are called one by one, so that what the interpreter could fuse across them is not.</remarks>
    public IReadOnlyList<ModuleTime> RunModules(TensorSet inputs, TensorSet outputs)
    {
        _times = [];
        try
        {
            Run(inputs, outputs);
            return _times;
        }
        finally { _times = null; }
    }

    private protected override (Tensor Logits, Tensor Boxes) Forward(Tensor pixelValues, Tensor pixelMask)
    {
        if (_times is null) { return base.Forward(pixelValues, pixelMask); }
        _partStart = Stopwatch.GetTimestamp();
        var x = (Tensor)Part("backbone.stem", "stem", pixelValues);
        foreach (var stage in DetrScript.Stages) { x = (Tensor)Part($"backbone.{stage}", stage, x); }
        var (position, bias) = ((Tensor, Tensor))Part("position", "position", pixelMask, x);
        x = (Tensor)Part("input_proj", "input_proj", x);
        x = (Tensor)Part("encoder", "encoder", x, position, bias);
        x = (Tensor)Part("decoder", "decoder", x, position, bias);
        return ((Tensor, Tensor))Part("heads", "heads", x);
    }

    object Part(string name, string method, params object[] arguments)
    {
        var result = Module.invoke(method, arguments);
        Synchronize();
        _times!.Add(new(name, Stopwatch.GetElapsedTime(_partStart).TotalMilliseconds));
        _partStart = Stopwatch.GetTimestamp();
        return result;
    }
}
