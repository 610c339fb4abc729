using DetrPerfLab.Core;
using DetrPerfLab.Models;
using static TorchSharp.torch;

namespace DetrPerfLab.Engines.Torch;

/// <summary>The variants that run on libtorch, by their fixed names.</summary>
public static class TorchVariants
{
    static readonly Dictionary<string, Func<string, WeightStore, TorchOptions, TorchEngine>> s_recipes = new(StringComparer.Ordinal)
    {
        ["torch-naive"] = (variant, weights, options) => EagerEngine.Create(variant, weights, options, new() { Gradients = true }),
        ["torch-fp32"] = (variant, weights, options) => EagerEngine.Create(variant, weights, options, new()),
        ["torch-fp32-channels-last"] = (variant, weights, options) =>
            EagerEngine.Create(variant, weights, options, new() { ChannelsLast = true }),
        ["torch-bf16"] = (variant, weights, options) =>
            // Channels innermost: oneDNN's bfloat16 convolutions reorder anything else, which costs about a fifth of the inference.
            EagerEngine.Create(variant, weights, options, new() { DataType = ScalarType.BFloat16, ChannelsLast = true }),
        ["torch-int8-dynamic"] = (variant, weights, options) => EagerEngine.Create(
            variant, weights, options, new() { QuantizedEngine = TorchRuntime.ChooseQuantizedEngine(options.QuantizedEngine) }),
        ["torchscript-fp32-traced"] = (variant, weights, options) => TorchScriptEngine.Trace(variant, weights, options, ScriptSteps.Traced),
        ["torchscript-fp32-frozen"] = (variant, weights, options) => TorchScriptEngine.Trace(variant, weights, options, ScriptSteps.Frozen),
        ["torchscript-fp32"] = (variant, weights, options) => TorchScriptEngine.Trace(variant, weights, options, ScriptSteps.Optimized),
    };

    /// <summary>The names, from the plainest to the most optimised.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_recipes.Keys];

    /// <summary>Makes an engine of our own DETR.</summary>
    /// <param name="variant">One of <see cref="Names"/>.</param>
    /// <param name="weights">Copied: the store may be dropped afterwards.</param>
    /// <param name="options">Threads.</param>
    /// <exception cref="LabException">The name is unknown, a weight is missing, or the machine lacks what the variant needs (exit code 3).</exception>
    public static TorchEngine Create(string variant, WeightStore weights, TorchOptions options) =>
        s_recipes.TryGetValue(variant, out var recipe)
            ? TorchRuntime.Guard(() => recipe(variant, weights, options))
            : throw LabError.UnknownName("libtorch variant", variant, Names);

    /// <summary>Makes an engine of a TorchScript file.</summary>
    /// <param name="path">A file written by <c>torch.jit.save</c>: <c>pixel_values</c>[, <c>pixel_mask</c>] in, logits and boxes out.</param>
    /// <param name="options">Threads.</param>
    /// <exception cref="LabException">It is missing, unreadable, or has another interface.</exception>
    /// <remarks>A TorchScript file is a program: libtorch runs it, once here to learn its outputs. Load only what you would run.</remarks>
    public static TorchEngine Load(string path, TorchOptions options) =>
        TorchRuntime.Guard(() => TorchScriptEngine.Load("torchscript-file", path, options));

    /// <summary>Writes our own DETR as a TorchScript file, traced from the eager model, for every image size.</summary>
    /// <param name="weights">The model.</param>
    /// <param name="path">Replaced when all is written.</param>
    /// <exception cref="LabException">A weight is missing, or the binding cannot trace (exit code 3).</exception>
    public static void ExportTorchScript(WeightStore weights, string path) => TorchRuntime.Guard(() =>
    {
        TorchScriptEngine.Export(weights, path);
        return path;
    });
}
