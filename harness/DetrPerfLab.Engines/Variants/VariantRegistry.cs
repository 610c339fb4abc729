namespace DetrPerfLab.Engines;

/// <summary>Every variant, by its fixed name. A new one is a line here; tests, suites and commands pick it up.</summary>
public static class VariantRegistry
{
    /// <summary>The plain eager model: what the others are compared with.</summary>
    public const string Baseline = "torch-fp32";

    /// <summary>From the plainest to the most optimised.</summary>
    public static IReadOnlyList<Variant> All { get; } =
    [
        Torch("torch-naive", "eager, gradients on: a port line by line", Fidelity.Exact),
        Torch("torch-fp32", "eager, inference mode", Fidelity.Exact),
        Torch("torch-fp32-channels-last", "eager, images and filters with channels innermost", Fidelity.Exact),
        Torch("torch-bf16", "eager, bfloat16 weights and activations, channels innermost", Fidelity.Reduced),
        Script("torchscript-fp32", "TorchScript, a static graph: batch norm folded, channels innermost", Fidelity.Exact, ScriptPrecision.Float32),
        Script("torch-int8-dynamic", "the same with int8 linear layers, ranges found at run time", Fidelity.Reduced, ScriptPrecision.Int8Dynamic),
        Ort("ort-fp32-disabled", "ONNX Runtime, the graph as exported", Fidelity.Exact, OnnxRecipes.Fp32, GraphOptimization.Disabled),
        Ort("ort-fp32-basic", "ONNX Runtime, constants folded", Fidelity.Exact, OnnxRecipes.Fp32, GraphOptimization.Basic),
        Ort("ort-fp32-extended", "ONNX Runtime, operators fused", Fidelity.Exact, OnnxRecipes.Fp32, GraphOptimization.Extended),
        Ort("ort-fp32", "ONNX Runtime, operators fused and laid out for the processor", Fidelity.Exact, OnnxRecipes.Fp32),
        Ort("ort-fp16", "ONNX Runtime, half-precision weights and activations", Fidelity.Reduced, OnnxRecipes.Fp16),
        Ort("ort-fp16-weights", "ONNX Runtime, weights stored in half precision, float arithmetic: half the file at the speed of FP32", Fidelity.Reduced, OnnxRecipes.Fp16Weights),
        Ort("ort-int8-dynamic", "ONNX Runtime, int8 linear layers, ranges found at run time", Fidelity.Reduced, OnnxRecipes.Int8Dynamic),
        Ort("ort-int8-static-all", "ONNX Runtime, int8 wherever it can be: the warning example", Fidelity.Reduced, OnnxRecipes.Int8StaticAll),
        Ort("ort-int8-static", "ONNX Runtime, int8 convolutions with calibrated ranges, linear layers dynamic, box head in float", Fidelity.Reduced, OnnxRecipes.Int8Static),
        .. GpuVariants.All,
    ];

    /// <summary>Names of those that need a GPU, in a build that has support for one; none in another, where they could only say so.</summary>
    public static IReadOnlyList<string> OnGpu { get; } = GpuVariants.AreBuilt ? [.. GpuVariants.All.Select(v => v.Name)] : [];

    /// <summary>The variant of that name.</summary>
    /// <exception cref="LabException">There is none; the message lists them.</exception>
    public static Variant Get(string name) =>
        All.FirstOrDefault(v => v.Name == name) ?? throw LabError.UnknownName("variant", name, All.Select(v => v.Name));

    static Variant Torch(string name, string summary, Fidelity fidelity) =>
        new(name, summary, fidelity, Recipe: null, (model, settings, _) =>
        {
            var weights = model.LoadWeights();
            var bytes = weights.Tensors.Sum(t => (long)t.Data.Length * sizeof(float));
            return new(EagerEngine.Create(name, weights, settings.EffectiveThreads), new ArtefactInfo(weights.Source, weights.Sha256, bytes));
        });

    static Variant Script(string name, string summary, Fidelity fidelity, ScriptPrecision precision)
    {
        var recipe = new TorchScriptRecipe(name, precision);
        return new(name, summary, fidelity, recipe, (model, settings, cache) =>
        {
            var artefact = cache.Get(model, recipe);
            return new(ScriptedDetr.Open(name, artefact.Path, precision, settings.EffectiveThreads), artefact.Info);
        });
    }

    static Variant Ort(string name, string summary, Fidelity fidelity, OnnxRecipe recipe, GraphOptimization optimization = GraphOptimization.All) =>
        new(name, summary, fidelity, recipe, (model, settings, cache) =>
        {
            var artefact = cache.Get(model, recipe);
            var options = new OrtEngineOptions
            {
                IntraOpThreads = settings.EffectiveThreads,
                InterOpThreads = settings.InterOpThreads,
                Spinning = settings.Spinning,
                Arena = settings.Arena,
                MemoryPattern = settings.MemoryPattern,
                SharedWeights = settings.SharedWeights,
                Bindings = settings.Bindings,
                Optimization = optimization,
            };
            return new(new OrtEngine(artefact.Path, settings.Instrument?.Invoke(options) ?? options, name), artefact.Info);
        });
}
