using System.Diagnostics;
using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>DETR computed operator by operator, as PyTorch does without compilation.</summary>
sealed class EagerEngine : TorchEngine, IStagedEngine, IModuleTimedEngine
{
    readonly EagerDetr _model;
    long _moduleStart;

    EagerEngine(EngineInfo info, EagerDetr model, DetrConfig config, int threads, bool gradients)
        : base(info, DetrInterface.Outputs(config.Queries, config.Classes + 1), threads, gradients) => _model = model;

    /// <inheritdoc/>
    public IReadOnlyList<HostTensor> RunStages(TensorSet inputs, TensorSet outputs)
    {
        var stages = new List<HostTensor>();
        _model.OnStage = (name, tensor) =>
        {
            using var scope = NewDisposeScope();
            var stage = new HostTensor(name, ElementType.Float32, tensor.shape);
            TorchBinding.Share(stage).copy_(tensor.detach());
            stages.Add(stage);
        };
        try { Run(inputs, outputs); }
        finally { _model.OnStage = null; }
        return stages;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ModuleTime> RunModules(TensorSet inputs, TensorSet outputs)
    {
        var times = new List<ModuleTime>();
        _model.OnModule = name =>
        {
            Synchronize();
            times.Add(new(name, Stopwatch.GetElapsedTime(_moduleStart).TotalMilliseconds));
            _moduleStart = Stopwatch.GetTimestamp();
        };
        try { Run(inputs, outputs); }
        finally { _model.OnModule = null; }
        return times;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _model.Dispose();
    }

    /// <param name="variant">The variant's fixed name.</param>
    /// <param name="weights">Copied: the store may be dropped afterwards.</param>
    /// <param name="options">Threads.</param>
    /// <param name="eager">Type, gradients and layout.</param>
    /// <exception cref="LabException">A weight or a native library is missing.</exception>
    internal static EagerEngine Create(string variant, WeightStore weights, TorchOptions options, EagerOptions eager)
    {
        var threads = options.EffectiveThreads;
        var info = Describe(
            variant,
            threads,
            ("data_type", eager.DataType.ToString().ToLowerInvariant()),
            ("gradients", eager.Gradients ? "on" : "off"),
            ("channels_last", eager.ChannelsLast ? "on" : "off"),
            ("bfloat16_kernels", eager.DataType == ScalarType.BFloat16 ? TorchRuntime.BFloat16Kernels : "not used"));
        return new(info, new EagerDetr(weights, eager), weights.Config, threads, eager.Gradients);
    }

    private protected override (Tensor Logits, Tensor Boxes) Forward(Tensor pixelValues, Tensor pixelMask)
    {
        _moduleStart = Stopwatch.GetTimestamp();
        return _model.Forward(pixelValues, pixelMask);
    }
}
