using System.Runtime.InteropServices;
using DetrPerfLab.Core;
using DetrPerfLab.Models;
using static TorchSharp.torch;

namespace DetrPerfLab.Engines.Torch;

/// <summary>A TorchScript module: our own DETR, traced and made faster step by step, or a file of the user's.</summary>
public sealed class TorchScriptEngine : TorchEngine
{
    /// <summary>Any size serves: the trace holds for every other (see <see cref="PaddingMask"/>).</summary>
    static readonly ImageSize s_exampleSize = new(64, 96);

    readonly jit.ScriptModule _module;
    readonly object[] _arguments;

    TorchScriptEngine(EngineInfo info, jit.ScriptModule module, int inputCount, IReadOnlyList<TensorSpec> outputs, int threads)
        : base(info, outputs, threads, gradients: false)
    {
        _module = module;
        _arguments = new object[inputCount];
    }

    /// <summary>Traces the eager model and goes on from there.</summary>
    /// <param name="variant">The variant's fixed name.</param>
    /// <param name="weights">Copied: the store may be dropped afterwards.</param>
    /// <param name="options">Threads.</param>
    /// <param name="steps">What is done to the trace.</param>
    /// <exception cref="LabException">A weight is missing, or the binding cannot trace.</exception>
    internal static TorchScriptEngine Trace(string variant, WeightStore weights, TorchOptions options, ScriptSteps steps)
    {
        var extension = TorchExtension.Require("tracing");
        var traced = TraceModule(extension, weights);
        var (module, then) = steps switch
        {
            ScriptSteps.Traced => (traced, ""),
            ScriptSteps.Frozen => (Replace(traced, extension.Freeze), ", frozen"),
            _ => (Replace(traced, extension.OptimizeForInference), ", frozen, optimised for inference"),
        };
        return new(
            Describe(variant, options.EffectiveThreads, ("made_by", $"trace of the eager model{then}")),
            module,
            inputCount: 2,
            DetrInterface.Outputs(weights.Config),
            options.EffectiveThreads);
    }

    static jit.ScriptModule Replace(jit.ScriptModule module, Func<jit.ScriptModule, jit.ScriptModule> step)
    {
        using (module) { return step(module); }
    }

    /// <summary>Loads a file.</summary>
    /// <param name="variant">The variant's name.</param>
    /// <param name="path">A file written by <c>torch.jit.save</c>.</param>
    /// <param name="options">Threads.</param>
    /// <exception cref="LabException">It is missing, unreadable, or has another interface.</exception>
    internal static TorchScriptEngine Load(string variant, string path, TorchOptions options)
    {
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, "Give the path of a file written by torch.jit.save."); }
        jit.ScriptModule? module = null;
        try
        {
            module = jit.load(path);
            var inputs = module.GetNumberOfInputs();
            if (inputs is not (1 or 2)) { throw LabError.ScriptUnusable(path, $"forward takes {inputs} arguments."); }
            var outputs = Probe(path, module, inputs);
            return new(
                Describe(variant, options.EffectiveThreads, ("made_by", Path.GetFileName(path))), module, inputs, outputs, options.EffectiveThreads);
        }
        catch (ExternalException e)
        {
            module?.Dispose();
            throw LabError.ScriptUnusable(path, $"{FirstLine(e.Message)}.", e);
        }
        catch
        {
            module?.Dispose();
            throw;
        }
    }

    /// <summary>Traces the eager model into a file that <see cref="Load"/> and any other libtorch can run; not yet frozen and optimised.</summary>
    /// <exception cref="LabException">A weight is missing, or the binding cannot trace.</exception>
    internal static void Export(WeightStore weights, string path)
    {
        using var traced = TraceModule(TorchExtension.Require("tracing"), weights);
        var partial = $"{path}.partial"; // libtorch writes to a path only, so AtomicFile cannot serve
        try
        {
            jit.save(traced, partial);
            File.Move(partial, path, overwrite: true);
        }
        finally { File.Delete(partial); }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _module.Dispose();
    }

    private protected override (Tensor Logits, Tensor Boxes) Forward(Tensor pixelValues, Tensor pixelMask)
    {
        _arguments[0] = pixelValues;
        if (_arguments.Length > 1) { _arguments[1] = pixelMask; }
        return Pick(_module.forward(_arguments)) ?? throw new InvalidOperationException("The module returned other tensors than when it was loaded.");
    }

    static jit.ScriptModule TraceModule(TorchExtension extension, WeightStore weights)
    {
        using var scope = NewDisposeScope();
        using var model = new EagerDetr(weights, new EagerOptions());
        var example = SyntheticImages.CreateBatch(s_exampleSize);
        return extension.Trace(
            arguments =>
            {
                var (logits, boxes) = model.Forward(arguments[0], arguments[1]);
                return [logits, boxes];
            },
            [TorchBinding.Share(example[DetrInterface.PixelValues]), TorchBinding.Share(example[DetrInterface.PixelMask])],
            [DetrInterface.PixelValues, DetrInterface.PixelMask],
            outputs: 2);
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

    static string FirstLine(string message) => message.Split('\n')[0].TrimEnd('.', ' ');
}

/// <summary>How far a trace is taken.</summary>
enum ScriptSteps
{
    /// <summary>As it was recorded; what the interpreter does by itself remains.</summary>
    Traced,

    /// <summary>Constants folded into convolutions and linear layers.</summary>
    Frozen,

    /// <summary>Frozen, then oneDNN's layouts and fused operators.</summary>
    Optimized,
}
