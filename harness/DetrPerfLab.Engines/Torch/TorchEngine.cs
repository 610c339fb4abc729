using System.Diagnostics;
using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>What eager and scripted engines share: binding, threads, modes and the copy of the results.</summary>
abstract class TorchEngine(EngineInfo info, IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs, int threads, bool gradients) : IInferenceEngine
{
    static int s_threadsOfProcess;

    readonly TorchBinding _binding = new();
    List<ModuleTime>? _times;
    long _partStart;

    public EngineInfo Info => info;
    public IReadOnlyList<TensorSpec> Inputs { get; } = inputs;
    public IReadOnlyList<TensorSpec> Outputs { get; } = outputs;

    public void Run(TensorSet inputs, TensorSet outputs)
    {
        _binding.Bind(this, inputs, outputs);
        SetThreads(threads);
        using var scope = NewDisposeScope(); // an exception in the middle must leave no tensor to the finalizer
        using var mode = gradients ? enable_grad() : inference_mode();
        _partStart = Stopwatch.GetTimestamp();
        Forward(_binding);
    }

    /// <summary>Copies a result into the caller's memory, which autograd would record.</summary>
    private protected static void Give(Tensor result, Tensor target)
    {
        using var copying = no_grad();
        target.copy_(result);
    }

    /// <summary><see cref="IModuleTimedEngine.RunModules"/> of those engines that call <see cref="EndPart"/>.</summary>
    public IReadOnlyList<ModuleTime> RunModules(TensorSet inputs, TensorSet outputs)
    {
        var times = _times = [];
        try { Run(inputs, outputs); }
        finally { _times = null; }
        return times;
    }

    /// <summary>Nothing: <see cref="Run"/> blocks, since libtorch computes on the calling thread and its pool.</summary>
    public void Synchronize()
    {
    }

    public virtual void Dispose()
    {
        _binding.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected bool IsTimed => _times is not null;

    /// <summary>Takes the time since the last part ended, or since the forward pass began.</summary>
    private protected void EndPart(string name)
    {
        _times!.Add(new(name, Stopwatch.GetElapsedTime(_partStart).TotalMilliseconds));
        _partStart = Stopwatch.GetTimestamp();
    }

    /// <summary>Computes of the bound inputs and fills the bound outputs, in the current dispose scope.</summary>
    private protected abstract void Forward(TorchBinding binding);

    /// <summary>OpenMP's count belongs to the calling thread and the BLAS's to the process, so both are set where the work starts.</summary>
    /// <remarks>Only when they differ: libtorch makes a new thread pool each time.</remarks>
    static void SetThreads(int threads)
    {
        if (get_num_threads() == threads && s_threadsOfProcess == threads) { return; }
        set_num_threads(threads);
        s_threadsOfProcess = threads;
    }

    private protected static EngineInfo Describe(string variant, int threads, params ReadOnlySpan<(string Name, string Value)> options)
    {
        var all = new Dictionary<string, string> { ["threads"] = threads.ToString(), ["binding"] = TorchRuntime.Binding };
        foreach (var (name, value) in options) { all[name] = value; }
        return new(variant, "libtorch", TorchRuntime.Version, all);
    }
}

/// <summary>An engine of DETRs: pixels and mask in, logits and boxes out.</summary>
abstract class TorchDetrEngine(EngineInfo info, IReadOnlyList<TensorSpec> outputs, int threads, bool gradients) : TorchEngine(info, DetrInterface.Inputs, outputs, threads, gradients)
{
    private protected sealed override void Forward(TorchBinding binding)
    {
        var (logits, boxes) = Forward(binding.Input(0), binding.Input(1));
        Give(logits, binding.Output(0));
        Give(boxes, binding.Output(1));
    }

    /// <summary>Logits and boxes, float32, in the current dispose scope.</summary>
    private protected abstract (Tensor Logits, Tensor Boxes) Forward(Tensor pixelValues, Tensor pixelMask);
}
