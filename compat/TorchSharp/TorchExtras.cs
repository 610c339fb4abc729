using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>What libtorch can do and the TorchSharp package does not offer. The lab looks this type up by name and does without where it is absent.</summary>
public static class TorchExtras
{
    /// <summary>Records what <paramref name="function"/> does to tensors. Every tensor it uses beside its arguments becomes a constant.</summary>
    public static jit.ScriptModule Trace(Func<Tensor[], Tensor[]> function, Tensor[] inputs, string[] inputNames, int outputs) =>
        new(ScriptHandle.Trace(function, inputs, inputNames, outputs));

    /// <summary>Freezes a module and optimises it for inference. The result holds constants in oneDNN's own layout and cannot be saved.</summary>
    public static jit.ScriptModule OptimizeForInference(jit.ScriptModule module) => new(module.Handle.Optimize());

    /// <summary>Engines of dynamic quantisation in this libtorch, for example QNNPACK.</summary>
    public static string[] QuantizedEngines() => Runtime.QuantizedEngines;

    /// <summary>A linear layer with int8 weights; activations are quantised at each call.</summary>
    public static (Func<Tensor, Tensor> Forward, IDisposable Owner) DynamicLinear(string engine, Tensor weight, Tensor? bias)
    {
        var packed = Interop.DynamicLinear.Create(engine, weight, bias);
        return (packed.Run, packed);
    }

    /// <summary>What this libtorch was built with: oneDNN, BLAS, threads.</summary>
    public static string DescribeBuild() => Runtime.BuildDescription;
}
