using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>A TorchScript file of the user's.</summary>
class TorchScriptEngine(EngineInfo info, jit.ScriptModule module, int inputCount, IReadOnlyList<TensorSpec> outputs, int threads)
    : TorchDetrEngine(info, outputs, threads, gradients: false)
{
    static readonly ImageSize s_exampleSize = new(64, 96);

    readonly object[] _arguments = new object[inputCount];

    private protected jit.ScriptModule Module => module;

    /// <summary>A file of <c>torch.jit.save</c>, once another process has survived it: <c>pixel_values</c>[, <c>pixel_mask</c>] in, logits and boxes out.</summary>
    /// <remarks>A TorchScript file is a program: libtorch runs it, to learn its outputs. Load only what you would run.</remarks>
    internal static TorchScriptEngine Load(string path, int threads)
    {
        if (File.Exists(path)) { ScriptCheck.ThrowIfFatal(path); }
        return LoadUnchecked(path, threads);
    }

    /// <summary>Loads a file in this process, which libtorch ends over an operator that it does not know: see <see cref="ScriptCheck"/>.</summary>
    internal static TorchScriptEngine LoadUnchecked(string path, int threads) => Read(path, module =>
    {
        var inputs = module.GetNumberOfInputs();
        if (inputs is not (1 or 2)) { throw LabError.ScriptUnusable(path, $"forward takes {inputs} arguments."); }
        var info = Describe("torchscript-file", threads, ("made_by", Path.GetFileName(path)));
        return new TorchScriptEngine(info, module, inputs, Probe(path, module, inputs), threads);
    });

    /// <summary>What an archive of ours is, among the facts of its engine; <paramref name="dynamic"/> says which layers are in int8 where the recipe has dynamic ones.</summary>
    internal static (string, string)[] Facts(TorchScriptRecipe recipe, string dynamic) =>
    [
        ("made_by", "a TorchScript archive of the weights, batch norm folded"),
        ("channels_last", "on"),
        ("fused", recipe.Precision.IsFused ? "oneDNN's operators, weights packed at load, relu and residuals with the layer before them" : "no"),
        ("bfloat16_kernels", recipe.Precision == ScriptPrecision.BFloat16Fused ? TorchRuntime.BFloat16Kernels : "not used"),
        ("int8_layers", recipe.Quantized is { } quantized ? $"the codes of {quantized.Name}, through oneDNN" : "none"),
        ("int8_linear_layers", recipe.Precision == ScriptPrecision.Int8Dynamic ? $"{dynamic}, a scale a row, packed for libtorch's default quantised engine, which TorchSharp neither tells nor changes" : "none"),
    ];

    internal static T Read<T>(string path, Func<jit.ScriptModule, T> make)
        where T : TorchEngine => TorchRuntime.Guard(() =>
    {
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, "Give the path of a file written by torch.jit.save."); }
        using var scope = NewDisposeScope(); // TorchSharp wraps each of the module's tensors, and leaves them to the finalizer
        jit.ScriptModule? module = null;
        try
        {
            module = jit.load(path);
            module.eval();
            return make(module);
        }
        catch (ExternalException e)
        {
            module?.Dispose();
            throw LabError.ScriptUnusable(path, $"{Reason(e.Message)}.", e);
        }
        catch
        {
            module?.Dispose();
            throw;
        }
    });

    public override void Dispose()
    {
        base.Dispose();
        using var scope = NewDisposeScope(); // as in Read
        Module.Dispose();
    }

    private protected override (Tensor Logits, Tensor Boxes) Forward(Tensor pixelValues, Tensor pixelMask)
    {
        _arguments[0] = pixelValues;
        if (_arguments.Length > 1) { _arguments[1] = pixelMask; }
        return Pick(Module.forward(_arguments)) ?? throw new InvalidOperationException("The module returned other tensors than when it was loaded.");
    }

    /// <summary>Runs a small image to learn what the module returns.</summary>
    static IReadOnlyList<TensorSpec> Probe(string path, jit.ScriptModule module, int inputs)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var example = SyntheticImages.CreateBatch(s_exampleSize);
        var pixels = TorchBinding.Share(example[DetrInterface.PixelValues]);
        var result = inputs == 1 ? module.forward(pixels) : module.forward(pixels, TorchBinding.Share(example[DetrInterface.PixelMask]));
        return Pick(result) is var (logits, boxes)
            ? DetrInterface.Outputs(boxes.size(1), logits.size(2))
            : throw LabError.ScriptUnusable(path, "forward returned no such pair of tensors.");
    }

    /// <summary>Boxes are the tensor [N, Q, 4]; logits are the one [N, Q, any other].</summary>
    static (Tensor Logits, Tensor Boxes)? Pick(object result)
    {
        if (result is (Tensor first, Tensor second) && IsPair(first, second)) { return (first, second); } // the usual case, without allocation
        ReadOnlySpan<Tensor> all = result switch
        {
            (Tensor a, Tensor b) => [a, b],
            (Tensor a, Tensor b, Tensor c) => [a, b, c],
            (Tensor a, Tensor b, Tensor c, Tensor d) => [a, b, c, d],
            (Tensor a, Tensor b, Tensor c, Tensor d, Tensor e) => [a, b, c, d, e],
            Tensor[] list => list,
            _ => [],
        };
        foreach (var boxes in all)
        {
            foreach (var logits in all)
            {
                if (IsPair(logits, boxes)) { return (logits, boxes); }
            }
        }

        return null;
    }

    static bool IsPair(Tensor logits, Tensor boxes) =>
        boxes.dim() == 3 && boxes.size(2) == 4
        && logits.dim() == 3 && logits.size(2) != 4
        && logits.size(0) == boxes.size(0) && logits.size(1) == boxes.size(1);

    /// <summary>The cause, which the interpreter names after a trace, on one line; else the first line.</summary>
    static string Reason(string message)
    {
        const string Cause = "RuntimeError: ";
        var lines = message.Split('\n');
        return (lines.LastOrDefault(l => l.StartsWith(Cause, StringComparison.Ordinal))?[Cause.Length..] ?? lines[0]).TrimEnd('.', ':', ' ');
    }
}
