namespace DetrPerfLab.Engines;

/// <summary>ONNX Runtime on an NVIDIA GPU. Known by name in every build, so that each says what it needs; they run where it was built with <c>-p:Gpu=true</c>.</summary>
static class GpuVariants
{
    internal static IReadOnlyList<Variant> All { get; } =
    [
        // By default float products round their factors to 10 bits of mantissa (TF32): fast, and not the same numbers.
        Gpu("ort-cuda-fp32", "ONNX Runtime on CUDA, float32 without TF32", Fidelity.Exact, OrtDevice.Cuda, OnnxRecipes.Fp32, ("use_tf32", "0")),
        Gpu("ort-cuda-fp16", "ONNX Runtime on CUDA, half-precision weights and activations", Fidelity.Reduced, OrtDevice.Cuda, OnnxRecipes.Fp16),
        Gpu("ort-tensorrt-fp16", "TensorRT, half precision where it is faster, normalisations in float32", Fidelity.Reduced, OrtDevice.TensorRt, OnnxRecipes.Fp32, s_half),
        Gpu("ort-tensorrt-int8", "TensorRT, int8 convolutions with calibrated symmetric ranges, the rest as in ort-tensorrt-fp16", Fidelity.Reduced, OrtDevice.TensorRt, OnnxRecipes.Int8TensorRt,
            [.. s_half, ("trt_int8_enable", "1")]),
    ];

    /// <summary>Whether this build can run them, given a GPU.</summary>
    internal static bool AreBuilt =>
#if GPU
        true;
#else
        false;
#endif

    static (string Key, string Value)[] s_half => [("trt_fp16_enable", "1"), ("trt_layer_norm_fp32_fallback", "1")];

    static Variant Gpu(string name, string summary, Fidelity fidelity, OrtDevice device, OnnxRecipe recipe, params (string Key, string Value)[] providerOptions) =>
        new(name, summary, fidelity, recipe, (model, settings, cache) =>
        {
            GpuLibraries.Require(device, OrtSession.Providers()); // before minutes of calibration
            var artefact = cache.Get(model, recipe);
            var options = new OrtEngineOptions
            {
                Device = device,
                IntraOpThreads = settings.EffectiveThreads, // for what stays on the processor
                Bindings = settings.Bindings,
                ProviderOptions = providerOptions.ToDictionary(o => o.Key, o => o.Value),
                EngineCache = device == OrtDevice.TensorRt ? cache.Beside(model, artefact, ".tensorrt") : null,
            };
            return new(new OrtEngine(artefact.Path, settings.Instrument?.Invoke(options) ?? options, name), artefact.Info);
        })
        { Device = device };
}
