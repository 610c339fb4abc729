namespace DetrPerfLab.Core;

/// <summary>What runs a variant, the plainest first.</summary>
public enum EngineKind
{
    Torch, // libtorch
    TorchScript, // libtorch, from a static graph
    Ort, // ONNX Runtime on the processor
    OrtCuda, // ONNX Runtime on CUDA
    OrtTensorRt, // ONNX Runtime with TensorRT
}

/// <summary>What a variant mainly computes in, the most exact first.</summary>
public enum Precision
{
    Fp32, // as the reference
    Bf16,
    Fp16,
    Int8,
}

/// <summary>A variant's name: the same in commands, files, tables and charts, and never renamed. Its text follows from its parts, for example <c>ort-int8-static-all</c>; the plain one of an engine and precision has no options.</summary>
public sealed record VariantName(EngineKind Engine, Precision Precision, string Options = "")
{
    public const string Baseline = "torch-fp32"; // the plain eager model, which the others are compared with
    public const string OrtFp32 = "ort-fp32"; // the same numbers from a graph, as most people deploy it
    public const string Naive = "torch-naive"; // the port line by line; as the first of all variants it leaves its precision out

    // By EngineKind.
    static readonly string[] s_engines = ["torch", "torchscript", "ort", "ort-cuda", "ort-tensorrt"];

    // Options that make less of an engine than it can do; what is not named here comes after them.
    static readonly string[] s_plainest = ["naive", "disabled", "basic", "extended", "dynamic", "static-all"];

    /// <summary>Orders names: by engine, precision and options, the plainest first; rows of suites that run no model come last, by their text.</summary>
    public static IComparer<string> Order { get; } = Comparer<string>.Create((x, y) =>
    {
        var order = Place(x).CompareTo(Place(y));
        return order != 0 ? order : NaturalOrder.Compare(x, y);
    });

    public string EngineName => s_engines[(int)Engine];
    public string PrecisionName => NameOf(Precision);

    /// <summary>The inverse of <see cref="ToString"/>; null for the rows of suites that run no model, for example <c>plain</c>.</summary>
    public static VariantName? TryParse(string text)
    {
        if (text == Naive) { return new(EngineKind.Torch, Precision.Fp32, "naive"); }
        foreach (var engine in Enum.GetValues<EngineKind>())
        {
            if (!text.StartsWith($"{s_engines[(int)engine]}-", StringComparison.Ordinal)) { continue; }
            var rest = text[(s_engines[(int)engine].Length + 1)..].Split('-', 2);
            foreach (var precision in Enum.GetValues<Precision>())
            {
                // Held against its own text: what would be written in another way is no name.
                if (rest[0] == NameOf(precision) && new VariantName(engine, precision, rest.Length > 1 ? rest[1] : "") is var name && name.ToString() == text) { return name; }
            }
        }

        return null;
    }

    public override string ToString() => this is { Engine: EngineKind.Torch, Precision: Precision.Fp32, Options: "naive" } ? Naive
        : $"{EngineName}-{PrecisionName}{(Options.Length > 0 ? "-" : "")}{Options}";

    static string NameOf(Precision precision) => precision.ToString().ToLowerInvariant();

    static (int, Precision, int) Place(string text) => TryParse(text) is not { } name ? (s_engines.Length, 0, 0)
        : ((int)name.Engine, name.Precision, Array.IndexOf(s_plainest, name.Options) is >= 0 and var at ? at : s_plainest.Length);
}
