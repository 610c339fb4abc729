using static DetrPerfLab.Core.Precision;

namespace DetrPerfLab.Engines;

/// <summary>Every variant, by its fixed name. A new one is a line here; tests, suites and commands pick it up.</summary>
public static class VariantRegistry
{
    /// <summary>From the plainest to the most optimised.</summary>
    public static IReadOnlyList<Variant> All { get; } =
    [
        Torch(Fp32, "naive", "eager, gradients on: a port line by line"),
        Torch(Fp32, "", "eager, inference mode"),
        Torch(Fp32, "tuned", "the same with glibc told to keep freed memory, as one environment variable or another allocator does for users of PyTorch"),
        Torch(Fp32, "channels-last", "eager, images and filters with channels innermost"),
        Torch(Bf16, "", "eager, bfloat16 weights and activations, channels innermost"),
        Script(EngineKind.TorchScript, Fp32, "", "TorchScript, a static graph: batch norm folded, channels innermost", ScriptPrecision.Float32),
        Script(EngineKind.Torch, Int8, "dynamic", "the same with int8 linear layers, ranges found at run time", ScriptPrecision.Int8Dynamic),
        Script(EngineKind.Torch, Fp32, "fused", "TorchScript through oneDNN: weights packed at load, relu and residuals fused", ScriptPrecision.Float32Fused),
        Script(EngineKind.Torch, Bf16, "fused", "the same in bfloat16, heads in float32", ScriptPrecision.BFloat16Fused),
        Script(EngineKind.Torch, Int8, "static", "the same with int8 convolutions and feed-forward layers of the encoder; the rest bfloat16 where the processor multiplies it", s_fused, OnnxRecipes.Int8StaticFeedForward),
        Ort(Fp32, "disabled", "ONNX Runtime, the graph as exported", OnnxRecipes.Fp32, GraphOptimization.Disabled),
        Ort(Fp32, "basic", "ONNX Runtime, constants folded", OnnxRecipes.Fp32, GraphOptimization.Basic),
        Ort(Fp32, "extended", "ONNX Runtime, operators fused", OnnxRecipes.Fp32, GraphOptimization.Extended),
        Ort(Fp32, "", "ONNX Runtime, operators fused and laid out for the processor", OnnxRecipes.Fp32),
        Ort(Fp32, "fused", "ONNX Runtime, attention as an operator of its own", OnnxRecipes.Fp32Fused),
        Ort(Fp16, "", "ONNX Runtime, half-precision weights and activations", OnnxRecipes.Fp16),
        Ort(Fp16, "weights", "ONNX Runtime, weights stored in half precision, float arithmetic: half the file at the speed of FP32", OnnxRecipes.Fp16Weights),
        Ort(Int8, "dynamic", "ONNX Runtime, int8 linear layers, ranges found at run time", OnnxRecipes.Int8Dynamic),
        Ort(Int8, "static-all", "ONNX Runtime, int8 wherever it can be: the warning example", OnnxRecipes.Int8StaticAll),
        Ort(Int8, "static", "ONNX Runtime, int8 convolutions with calibrated ranges, linear layers dynamic, box head in float", OnnxRecipes.Int8Static),
        Ort(Int8, "static-fused", "the same, attention as an operator of ONNX Runtime's own", OnnxRecipes.Int8StaticFused),
        // On an NVIDIA GPU: known by name in every build, so that each says what it needs; they run where it was built with -p:Gpu=true.
        // By default float products round their factors to 10 bits of mantissa (TF32): fast, and not the same numbers.
        Gpu(EngineKind.OrtCuda, Fp32, "ONNX Runtime on CUDA, float32 without TF32", OnnxRecipes.Fp32, ("use_tf32", "0")),
        Gpu(EngineKind.OrtCuda, Fp16, "ONNX Runtime on CUDA, half-precision weights and activations", OnnxRecipes.Fp16),
        Gpu(EngineKind.OrtTensorRt, Fp16, "TensorRT, half precision where it is faster, normalisations in float32", OnnxRecipes.Fp32, s_half),
        Gpu(EngineKind.OrtTensorRt, Int8, "TensorRT, int8 convolutions with calibrated symmetric ranges, the rest as in ort-tensorrt-fp16", OnnxRecipes.Int8TensorRt,
            [.. s_half, ("trt_int8_enable", "1")]),
    ];

    /// <summary>Names of those that need a GPU, in a build that has support for one; none in another, where they could only say so.</summary>
    public static IReadOnlyList<string> OnGpu { get; } =
#if GPU
        [.. All.Where(v => v.Device != OrtDevice.Cpu).Select(v => v.Name)];
#else
        [];
#endif

    public static Variant Get(string name) =>
        All.FirstOrDefault(v => v.Name == name) ?? throw LabError.UnknownName("variant", name, All.Select(v => v.Name));

    static Variant Torch(Precision precision, string options, string summary)
    {
        var name = new VariantName(EngineKind.Torch, precision, options);
        return new(name, summary, Recipe: null, (model, settings, _) =>
        {
            var weights = model.LoadWeights();
            var bytes = weights.Tensors.Sum(t => (long)t.Data.Length * sizeof(float));
            return new(EagerEngine.Create(name.ToString(), weights, settings.EffectiveThreads), new ArtefactInfo(weights.Source, weights.Sha256, bytes));
        });
    }

    static ScriptPrecision s_fused => TorchRuntime.HasBFloat16Products ? ScriptPrecision.BFloat16Fused : ScriptPrecision.Float32Fused;

    static Variant Script(EngineKind engine, Precision precision, string options, string summary, ScriptPrecision layers, OnnxRecipe? quantized = null)
    {
        var name = new VariantName(engine, precision, options);
        // What stays float in an archive with int8 layers depends on the processor: a cache that moves to another must not serve it.
        var file = quantized is null ? name.ToString() : $"{name}-{(layers == ScriptPrecision.BFloat16Fused ? "bf16" : "fp32")}";
        var recipe = new TorchScriptRecipe(file, layers) { Quantized = quantized, IsCalibrated = quantized is not null };
        return new(name, summary, recipe, (model, settings, cache) =>
        {
            if (layers == ScriptPrecision.BFloat16Fused) { TorchRuntime.RequireBFloat16(name.ToString()); }
            var artefact = cache.Get(model, recipe);
            IInferenceEngine engine = model.Config is ClassifierConfig config
                ? ScriptedClassifier.Open(name.ToString(), artefact.Path, config, recipe, settings.EffectiveThreads)
                : ScriptedDetr.Open(name.ToString(), artefact.Path, model.Config!, recipe, settings.EffectiveThreads);
            return new(engine, artefact.Info);
        });
    }

    static Variant Ort(Precision precision, string options, string summary, OnnxRecipe recipe, GraphOptimization optimization = GraphOptimization.All) =>
        Ort(new(EngineKind.Ort, precision, options), summary, recipe, (settings, _) => new()
        {
            InterOpThreads = settings.InterOpThreads,
            Spinning = settings.Spinning,
            Arena = settings.Arena,
            MemoryPattern = settings.MemoryPattern,
            SharedWeights = settings.SharedWeights,
            Optimization = optimization,
        });

    static (string Key, string Value)[] s_half => [("trt_fp16_enable", "1"), ("trt_layer_norm_fp32_fallback", "1")];

    static Variant Gpu(EngineKind engine, Precision precision, string summary, OnnxRecipe recipe, params (string Key, string Value)[] providerOptions)
    {
        var name = new VariantName(engine, precision);
        var device = engine == EngineKind.OrtCuda ? OrtDevice.Cuda : OrtDevice.TensorRt;
        return Ort(name, summary, recipe, require: () => GpuLibraries.Require(device, OrtSession.Providers()), options: (_, beside) => new()
        {
            Device = device,
            ProviderOptions = providerOptions.ToDictionary(o => o.Key, o => o.Value),
            EngineCache = device == OrtDevice.TensorRt ? beside(".tensorrt") : null,
        });
    }

    // What all variants on ONNX Runtime share. Options are given the settings and a way to name files beside the artefact; what the machine lacks is
    // told before minutes of calibration.
    static Variant Ort(
        VariantName name, string summary, OnnxRecipe recipe, Func<EngineSettings, Func<string, string>, OrtEngineOptions> options, Action? require = null) =>
        new(name, summary, recipe, (model, settings, cache) =>
        {
            require?.Invoke();
            var artefact = cache.Get(model, recipe);
            var own = options(settings, suffix => cache.Beside(model, artefact, suffix)) with { IntraOpThreads = settings.EffectiveThreads, Bindings = settings.Bindings };
            return new(new OrtEngine(artefact.Path, settings.Instrument?.Invoke(own) ?? own, name.ToString()), artefact.Info);
        });
}
