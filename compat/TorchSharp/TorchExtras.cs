using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>What libtorch can do and the TorchSharp package does not offer. The lab looks this type up by name and does without where it is absent.</summary>
public static class TorchExtras
{
    /// <summary>Records what <paramref name="function"/> does to tensors. Every tensor it uses beside its arguments becomes a constant.</summary>
    public static jit.ScriptModule Trace(Func<Tensor[], Tensor[]> function, Tensor[] inputs, string[] inputNames, int outputs) =>
        new(ScriptHandle.Trace(function, inputs, inputNames, outputs));

    /// <summary>Makes a module's attributes constants and folds them into convolutions and linear layers.</summary>
    public static jit.ScriptModule Freeze(jit.ScriptModule module) => new(module.Handle.Freeze());

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

    /// <summary>Runs an action with libtorch's observer on: the operators that it calls on this thread, in no order.</summary>
    /// <returns>SelfMs is without the operators that one called, so that these add up to at most the action's time; TotalMs is with them.</returns>
    public static (string Name, long Calls, double SelfMs, double TotalMs)[] ProfileOperators(Action action) => OperatorProfile.Of(action);

    /// <summary>What this libtorch was built with: oneDNN, BLAS, threads.</summary>
    public static string DescribeBuild() => Runtime.BuildDescription;
}
