namespace DetrPerfLab.Tests.Vision;

/// <summary>An engine without a runtime: its outputs are what the test says.</summary>
sealed class FakeEngine(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs, Action<TensorSet, TensorSet>? run = null) : IInferenceEngine
{
    static readonly TensorSpec s_pixels = new("pixel_values", ElementType.Float32, ["N", 3, "H", "W"]);
    static readonly TensorSpec s_mask = new("pixel_mask", ElementType.Int64, ["N", "H", "W"]);
    static readonly TensorSpec s_images = new("images", ElementType.Float32, ["N", 3, 32, 48]);
    static readonly TensorSpec s_sizes = new("orig_target_sizes", ElementType.Int64, ["N", 2]);

    internal static IReadOnlyList<TensorSpec> DetrOutputs { get; } =
        [new("logits", ElementType.Float32, ["N", 2, 92]), new("pred_boxes", ElementType.Float32, ["N", 2, 4])];

    internal static IReadOnlyList<TensorSpec> DeimOutputs { get; } =
        [new("labels", ElementType.Int64, ["N", 3]), new("boxes", ElementType.Float32, ["N", 3, 4]), new("scores", ElementType.Float32, ["N", 3])];

    public EngineInfo Info { get; } = new("fake", "none", "0", new Dictionary<string, string>());

    public IReadOnlyList<TensorSpec> Inputs => inputs;

    public IReadOnlyList<TensorSpec> Outputs => outputs;

    /// <summary>What it would be with a file that says its family.</summary>
    internal ModelUse Use => ModelUse.Of(new("The model", inputs, outputs), new() { Family = inputs[0].Name == "images" ? "deim" : "detr" });

    internal int Runs { get; private set; }

    internal static FakeEngine Detr(bool mask = true, Action<TensorSet, TensorSet>? run = null) => new(mask ? [s_pixels, s_mask] : [s_pixels], DetrOutputs, run);

    internal static FakeEngine Deim(Action<TensorSet, TensorSet>? run = null) => new([s_images, s_sizes], DeimOutputs, run);

    public void Run(TensorSet given, TensorSet filled)
    {
        Runs++;
        run?.Invoke(given, filled);
    }

    public void Synchronize()
    {
    }

    public void Dispose()
    {
    }
}
