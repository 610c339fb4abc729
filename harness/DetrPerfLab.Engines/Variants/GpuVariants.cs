namespace DetrPerfLab.Engines;

/// <summary>ONNX Runtime on an NVIDIA GPU. Known by name in every build, so that each says what it needs; they run where it was built with <c>-p:Gpu=true</c>.</summary>
static class GpuVariants
{
    internal static IReadOnlyList<Variant> All { get; } =
    [
        // By default float products round their factors to 10 bits of mantissa (TF32): fast, and not the same numbers.
        Gpu(EngineKind.OrtCuda, Precision.Fp32, "ONNX Runtime on CUDA, float32 without TF32", OnnxRecipes.Fp32, ("use_tf32", "0")),
        Gpu(EngineKind.OrtCuda, Precision.Fp16, "ONNX Runtime on CUDA, half-precision weights and activations", OnnxRecipes.Fp16),
        Gpu(EngineKind.OrtTensorRt, Precision.Fp16, "TensorRT, half precision where it is faster, normalisations in float32", OnnxRecipes.Fp32, s_half),
        Gpu(EngineKind.OrtTensorRt, Precision.Int8, "TensorRT, int8 convolutions with calibrated symmetric ranges, the rest as in ort-tensorrt-fp16", OnnxRecipes.Int8TensorRt,
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

    static Variant Gpu(EngineKind engine, Precision precision, string summary, OnnxRecipe recipe, params (string Key, string Value)[] providerOptions)
    {
        var name = new VariantName(engine, precision);
        var device = engine == EngineKind.OrtCuda ? OrtDevice.Cuda : OrtDevice.TensorRt;
        return VariantRegistry.Ort(name, summary, recipe, require: () => OrtProviders.Require(device, deviceId: 0), options: (_, beside) => new()
        {
            Device = device,
            ProviderOptions = providerOptions.ToDictionary(o => o.Key, o => o.Value),
            EngineCache = device == OrtDevice.TensorRt ? beside(".tensorrt") : null,
        });
    }
}
