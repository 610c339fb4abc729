using System.Reflection;
using DetrPerfLab.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace DetrPerfLab.Engines.Torch;

/// <summary>What libtorch can do beyond TorchSharp's own API: tracing, int8 linear layers, times of operators, a description of its build.</summary>
/// <remarks>
/// The one place that knows that two bindings exist. The package has no such type; the lab then does without, and says so in
/// <see cref="EngineInfo"/> or by an error. It is looked up by name, so that the same source compiles against either.
/// </remarks>
sealed class TorchExtension
{
    static readonly TorchExtension? s_available = typeof(torch).Assembly.GetType("TorchSharp.TorchExtras") is { } type ? new(type) : null;

    TorchExtension(Type type)
    {
        Trace = Bind<TraceFunction>(type, nameof(Trace));
        Freeze = Bind<Func<jit.ScriptModule, jit.ScriptModule>>(type, nameof(Freeze));
        OptimizeForInference = Bind<Func<jit.ScriptModule, jit.ScriptModule>>(type, nameof(OptimizeForInference));
        DynamicLinear = Bind<DynamicLinearFunction>(type, nameof(DynamicLinear));
        QuantizedEngines = Bind<Func<string[]>>(type, nameof(QuantizedEngines));
        ProfileOperators = Bind<ProfileFunction>(type, nameof(ProfileOperators));
        DescribeBuild = Bind<Func<string>>(type, nameof(DescribeBuild));
    }

    /// <summary>Records a function of tensors; every other tensor it uses becomes a constant.</summary>
    public delegate jit.ScriptModule TraceFunction(Func<Tensor[], Tensor[]> function, Tensor[] inputs, string[] inputNames, int outputs);

    /// <summary>A linear layer with int8 weights, and what to dispose at its end.</summary>
    public delegate (Func<Tensor, Tensor> Forward, IDisposable Owner) DynamicLinearFunction(string engine, Tensor weight, Tensor? bias);

    /// <summary>Runs an action and tells the operators that it called on this thread; self times, without the operators that one called, add up.</summary>
    public delegate (string Name, long Calls, double SelfMs, double TotalMs)[] ProfileFunction(Action action);

    /// <summary>The extension, or null where the binding has none.</summary>
    public static TorchExtension? Available => s_available;

    public TraceFunction Trace { get; }

    /// <summary>Makes attributes constants and folds them into convolutions and linear layers.</summary>
    public Func<jit.ScriptModule, jit.ScriptModule> Freeze { get; }

    /// <summary>Freezes a module and optimises it for inference; the result cannot be saved.</summary>
    public Func<jit.ScriptModule, jit.ScriptModule> OptimizeForInference { get; }

    public DynamicLinearFunction DynamicLinear { get; }

    public Func<string[]> QuantizedEngines { get; }

    /// <summary>Costs a little at each operator while the action runs, and nothing at any other time.</summary>
    public ProfileFunction ProfileOperators { get; }

    public Func<string> DescribeBuild { get; }

    /// <exception cref="LabException">The binding has no extension.</exception>
    public static TorchExtension Require(string what) => s_available ?? throw LabError.TorchLacks(what);

    static T Bind<T>(Type type, string method)
        where T : Delegate =>
        type.GetMethod(method, BindingFlags.Public | BindingFlags.Static)!.CreateDelegate<T>();
}
