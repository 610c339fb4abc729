using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>The variants that run on libtorch, by their fixed names.</summary>
static class TorchVariants
{
    static readonly Dictionary<string, EagerOptions> s_eager = new(StringComparer.Ordinal)
    {
        ["torch-naive"] = new() { Gradients = true },
        ["torch-fp32"] = new(),
        ["torch-fp32-channels-last"] = new() { ChannelsLast = true },
        // Channels innermost: oneDNN's bfloat16 convolutions reorder anything else, which costs about a fifth of the inference.
        ["torch-bf16"] = new() { DataType = ScalarType.BFloat16, ChannelsLast = true },
    };

    /// <summary>The names of those that run operator by operator, from the plainest to the most optimised.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_eager.Keys];

    /// <summary>Makes an eager engine of our own DETR.</summary>
    /// <param name="variant">One of <see cref="Names"/>.</param>
    /// <param name="weights">Copied: the store may be dropped afterwards.</param>
    /// <param name="options">Threads.</param>
    /// <exception cref="LabException">The name is unknown, a weight is missing, or the machine lacks what the variant needs (exit code 3).</exception>
    public static TorchEngine Create(string variant, WeightStore weights, TorchOptions options) =>
        s_eager.TryGetValue(variant, out var eager)
            ? TorchRuntime.Guard(() => EagerEngine.Create(variant, weights, options, eager))
            : throw LabError.UnknownName("libtorch variant", variant, Names);

    /// <summary>Makes an engine of our own DETR from the archive that <see cref="DetrScript"/> wrote.</summary>
    /// <param name="variant">The variant's fixed name.</param>
    /// <param name="path">The archive, checked when it was made.</param>
    /// <param name="precision">What it was written with.</param>
    /// <param name="options">Threads.</param>
    /// <exception cref="LabException">It is missing or damaged, or the machine lacks libtorch (exit code 3).</exception>
    public static TorchEngine Open(string variant, string path, ScriptPrecision precision, TorchOptions options) =>
        TorchRuntime.Guard(() => ScriptedDetr.Open(variant, path, precision, options));

    /// <summary>Makes an engine of a TorchScript file of the user's, once another process has survived it.</summary>
    /// <param name="path">A file written by <c>torch.jit.save</c>: <c>pixel_values</c>[, <c>pixel_mask</c>] in, logits and boxes out.</param>
    /// <param name="options">Threads.</param>
    /// <exception cref="LabException">It is missing, unreadable, or has another interface; or libtorch ends the process over it.</exception>
    /// <remarks>A TorchScript file is a program: libtorch runs it, to learn its outputs. Load only what you would run.</remarks>
    public static TorchEngine Load(string path, TorchOptions options)
    {
        if (File.Exists(path)) { ScriptCheck.ThrowIfFatal(path); }
        return LoadUnchecked(path, options);
    }

    internal static TorchEngine LoadUnchecked(string path, TorchOptions options) => TorchRuntime.Guard(() => TorchScriptEngine.Load("torchscript-file", path, options));
}
