namespace DetrPerfLab.Engines;

/// <summary>Turns facts into sentences. Pure: the same facts, the same findings.</summary>
static class VariantFindings
{
    static readonly string[] s_int8Sets = ["amx_int8", "avx512_vnni", "avx_vnni", "i8mm", "asimddp"];
    static readonly string[] s_floatSets = ["avx512f", "avx2", "sve", "asimd"];

    internal static IEnumerable<Finding> Threads(int threads, MachineInfo machine)
    {
        var cores = machine.CpuQuota is { } quota && quota < machine.Cores ? quota : machine.Cores;
        if (threads > cores)
        {
            yield return new("threads", "more threads than cores: they take turns, and each operator waits for the last of them", Invariant($"{threads} on {cores:0.##}"));
        }
    }

    internal static IEnumerable<Finding> Work(FlopCount count)
    {
        if (count.NotCounted.Count > 0)
        {
            yield return new("operations", "some operators have no counting rule, so the operations are a lower bound",
                string.Join(", ", count.NotCounted.Select(o => $"{o.Nodes} {o.Operator}")));
        }
    }

    internal static IEnumerable<Finding> Ort(VariantName variant, GraphChange change, MachineInfo machine)
    {
        var graph = change.After;
        yield return new("graph", graph.Nodes < change.NodesBefore ? "ONNX Runtime fused or dropped nodes before it ran" : "ONNX Runtime did not shrink the graph", $"{change.NodesBefore} nodes before, {graph.Nodes} after");
        if (graph.QuantizedConvs + graph.QuantizedMatMuls > 0)
        {
            yield return Int8Set(machine);
            foreach (var finding in Integer(graph)) { yield return finding; }
        }
        else if (variant.Precision != Precision.Fp16)
        {
            yield return Set(machine, s_floatSets, "float32 kernels for the widest vectors here", "no vector set that ONNX Runtime has float32 kernels for");
        }

        if (graph.FloatCasts > 0)
        {
            yield return new("casts", "conversions between floating-point types: operators without a kernel in the lower precision compute in float32", $"{graph.FloatCasts} casts");
        }

        if (variant.Precision == Precision.Fp16)
        {
            yield return new("half precision", graph.HalfProducts == 0 ? "no convolution or matrix product runs in half precision on this processor: the file is smaller, the work is not"
                : "convolutions and matrix products that do run in half precision", $"{graph.HalfProducts} of {graph.HalfProducts + FloatProducts(graph)}");
        }

        if (graph.BlockedConvs > 0)
        {
            yield return new("layout", "convolutions run on channels blocked for the vectors (NCHWc); nodes that only reorder memory stand at the borders",
                $"{graph.BlockedConvs} convolutions, {graph.LayoutReorders} reorders");
        }

        int FloatProducts(GraphFacts g) => g.FloatConvs.Count + g.FloatMatMuls.Count - g.HalfProducts;
    }

    internal static IEnumerable<Finding> Gpu(Variant variant)
    {
        yield return new("device", $"runs on an NVIDIA GPU: {variant.Summary}; the machine's measured peak is the processor's, so there is no share of it");
    }

    /// <param name="recipe">Of the archive; null: eager.</param>
    /// <param name="integer">How many nodes of the float32 graph it computes in 8 bits.</param>
    internal static IEnumerable<Finding> Torch(
        VariantName variant, TorchScriptRecipe? recipe, int integer, IReadOnlyDictionary<string, string> facts, string bfloat16Kernels, MachineInfo machine, ModelConfig? model)
    {
        var isBf16 = recipe is null ? variant.Precision == Precision.Bf16 : recipe.Precision == ScriptPrecision.BFloat16Fused;
        yield return new("graph", recipe is not null
            ? "a static graph: " + (model, isBf16) switch
            {
                (ResNetConfig, _) => "batch norm folded into the convolutions, channels innermost",
                (VitConfig, _) => "queries, keys and values as one product, attention as one operator; no convolutions whose batch norm could be folded",
                (_, true) => "batch norm folded into the convolutions, channels innermost, attention as two products and a softmax",
                _ => "batch norm folded into the convolutions, channels innermost, attention as one operator",
            }
            : "eager: each operator is dispatched alone, nothing is fused and every intermediate is written to memory");
        if (recipe is not { Precision.IsFused: true } && facts.GetValueOrDefault(TorchRuntime.Blas) is { } blas) { yield return new("libraries", "matrix products go to this BLAS", blas); }
        if (variant.Options == "tuned") { yield return new("memory", "glibc keeps what is freed: large blocks are not given back to the system and made anew, page by page, at the next operator"); }
        if (variant.Options == "naive") { yield return new("gradients", "autograd records each operator and keeps what a backward pass would need, which never comes"); }
        if (recipe is { Precision.IsFused: true }) { yield return new("fused", "layers through oneDNN's operators: weights packed when the archive is loaded, relu and residual computed with the layer before them"); }
        if (isBf16) { yield return new("isa", "oneDNN computes bfloat16 with", bfloat16Kernels); }
        if (recipe?.Quantized is not null)
        {
            yield return Int8Set(machine);
            yield return new("integer", $"convolutions{(model is DetrConfig ? " and the encoder's feed-forward layers" : "")} in 8 bits, calibrated as ort-int8-static is, a residual and its sum rounded once; the rest {(isBf16 ? "bfloat16" : "float32")}", $"{integer} layers");
        }
        else if (variant.Precision == Precision.Int8)
        {
            yield return Int8Set(machine);
            yield return new("integer", model is ResNetConfig ? "the one linear layer in 8 bits; all convolutions, which are the work, stay float32"
                : "linear layers of the transformer in 8 bits; convolutions, attention products and heads stay float32", null);
        }
    }

    static IEnumerable<Finding> Integer(GraphFacts graph)
    {
        foreach (var (kind, quantized, inFloat) in new[] { ("convolution", graph.QuantizedConvs, graph.FloatConvs), ("matrix product", graph.QuantizedMatMuls, graph.FloatMatMuls) })
        {
            if (quantized + inFloat.Count == 0) { continue; }
            yield return new("integer", OnIntegers(kind, quantized, inFloat), $"{quantized} of {quantized + inFloat.Count}");
        }

        var backbone = graph.FloatConvs.Count(n => ModuleNames.Of(n)?.StartsWith("backbone", StringComparison.Ordinal) == true);
        if (graph.QuantizedBackboneConvs > 0)
        {
            yield return new("backbone", backbone == 0 ? "every convolution of the backbone runs as QLinearConv" : "convolutions of the backbone run as QLinearConv; the rest is left in float",
                $"{graph.QuantizedBackboneConvs} of {backbone + graph.QuantizedBackboneConvs}");
        }

        var borders = graph.QuantizeNodes.Count + graph.DequantizeNodes.Count;
        if (borders > 0)
        {
            yield return new("borders", $"conversions between 8 bits and float32 that were not fused: {GraphFacts.Some([.. graph.QuantizeNodes, .. graph.DequantizeNodes])}",
                $"{graph.QuantizeNodes.Count} QuantizeLinear, {graph.DequantizeNodes.Count} DequantizeLinear");
        }

        if (graph.NeedlessPairs > 0) { yield return new("borders", "of these, conversions that the next node undoes at once", $"{graph.NeedlessPairs} pairs"); }
    }

    static string OnIntegers(string kind, int quantized, IReadOnlyList<string> inFloat) =>
        quantized == 0 ? $"no {kind} runs on 8-bit integers: all are left in float"
        : inFloat.Count == 0 ? $"every {kind} runs on 8-bit integers"
        : $"{kind}s run on 8-bit integers; left in float: {GraphFacts.Some(inFloat)}";

    static Finding Int8Set(MachineInfo machine) =>
        Set(machine, s_int8Sets, "8-bit products run on instructions made for them", "no VNNI or its like: an 8-bit product takes several instructions");

    static Finding Set(MachineInfo machine, string[] wanted, string there, string missing) => wanted.FirstOrDefault(machine.Isa.Contains) is { } found
        ? new("isa", there, found)
        : new("isa", missing, machine.Isa.Count > 0 ? $"it has {string.Join(", ", machine.Isa)}" : "none of the known sets");

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
