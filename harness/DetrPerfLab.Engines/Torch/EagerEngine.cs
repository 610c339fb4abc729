using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>DETR computed operator by operator, as PyTorch does without compilation.</summary>
sealed class EagerEngine(EngineInfo info, EagerDetr model, DetrConfig config, int threads, bool gradients)
    : TorchDetrEngine(info, config.Outputs, threads, gradients), IStagedEngine, IModuleTimedEngine
{
    static readonly Dictionary<string, EagerOptions> s_variants = new(StringComparer.Ordinal)
    {
        ["torch-naive"] = new() { Gradients = true },
        ["torch-fp32"] = new(),
        ["torch-fp32-tuned"] = new() { KeepsFreedMemory = true },
        ["torch-fp32-channels-last"] = new() { ChannelsLast = true },
        // Channels innermost: oneDNN's bfloat16 convolutions reorder anything else, which costs about a fifth of the inference.
        ["torch-bf16"] = new() { DataType = ScalarType.BFloat16, ChannelsLast = true },
    };

    internal static IReadOnlyCollection<string> Names => s_variants.Keys;

    /// <summary>Makes the engine of a variant; the weights are copied, the store may be dropped afterwards.</summary>
    internal static TorchEngine Create(string variant, WeightStore weights, int threads)
    {
        if (!s_variants.TryGetValue(variant, out var options)) { throw LabError.UnknownName("libtorch variant", variant, Names); }
        return TorchRuntime.Guard<TorchEngine>(() =>
        {
            if (options.KeepsFreedMemory) { NativeAllocator.KeepFreedMemory(); }
            var info = Describe(
                variant,
                threads,
                ("data_type", options.DataType.ToString().ToLowerInvariant()),
                ("gradients", options.Gradients ? "on" : "off"),
                ("channels_last", options.ChannelsLast ? "on" : "off"),
                ("freed_memory", options.KeepsFreedMemory ? "kept by glibc" : "as the allocator has it"),
                ("bfloat16_kernels", options.DataType == ScalarType.BFloat16 ? TorchRuntime.BFloat16Kernels : "not used"));
            return weights.Model is DetrConfig config
                ? new EagerEngine(info, new EagerDetr(weights, options), config, threads, options.Gradients)
                : new EagerClassifierEngine(info, EagerClassifier.Of(weights, options), weights.Model, threads, options.Gradients);
        });
    }

    public IReadOnlyList<HostTensor> RunStages(TensorSet inputs, TensorSet outputs)
    {
        var stages = new List<HostTensor>();
        model.OnStage = (name, tensor) =>
        {
            using var scope = NewDisposeScope();
            var stage = new HostTensor(name, ElementType.Float32, tensor.shape);
            TorchBinding.Share(stage).copy_(tensor.detach());
            stages.Add(stage);
        };
        try { Run(inputs, outputs); }
        finally { model.OnStage = null; }
        return stages;
    }

    public override void Dispose()
    {
        base.Dispose();
        model.Dispose();
    }

    private protected override (Tensor Logits, Tensor Boxes) Forward(Tensor pixelValues, Tensor pixelMask) =>
        model.Forward(pixelValues, pixelMask, IsTimed ? EndPart : null);
}
