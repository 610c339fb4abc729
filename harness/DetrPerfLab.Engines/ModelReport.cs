using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Engines;

/// <summary>What can be told of a model without measuring it: for a stranger's file, the first thing to read.</summary>
public sealed record ModelReport
{
    public required string Name { get; init; }
    public required string Format { get; init; } // onnx, torchscript, checkpoint, synthetic weights
    public string? Producer { get; init; }
    public long Bytes { get; init; } // of the file, with the weights that lie in files beside it
    public string? Sha256 { get; init; }
    public long Parameters { get; init; }
    public string? Family { get; init; } // null where it is not understood
    public string? FamilySource { get; init; }
    public string? NotUnderstood { get; init; } // why
    public string? Picture { get; init; }
    public string? PictureSource { get; init; }
    public int Classes { get; init; }
    public string? ClassSource { get; init; }
    public IReadOnlyList<string> ClassNames { get; init; } = [];
    public required IReadOnlyList<string> Inputs { get; init; }
    public required IReadOnlyList<string> Outputs { get; init; }
    public long? Opset { get; init; }
    public string? Precision { get; init; }
    public IReadOnlyList<OperatorCount> Operators { get; init; } = [];
    public IReadOnlyList<string> Quantised { get; init; } = [];
    public double? Flops { get; init; } // for one picture of the size that it gets
    public string? FlopsSize { get; init; }
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <exception cref="LabException">No such file, or one that is damaged.</exception>
    public static ModelReport Of(string model, FamilyOptions? family = null)
    {
        if (VariantModel.IsOnnx(model)) { return OfOnnx(model, family); }
        if (DetectorSource.IsTorchScript(model))
        {
            var (use, why) = Understand(() => DetectorSource.UseOfScript(model, family));
            var artefact = Artefact.Of(model).Info;
            return new ModelReport
            {
                Name = model,
                Format = "TorchScript archive",
                Bytes = artefact.Bytes,
                Sha256 = artefact.Sha256,
                NotUnderstood = why,
                Inputs = [.. DetrInterface.Inputs.Select(i => $"{i}")],
                Outputs = [.. DetrInterface.OutputsOfAny.Select(o => $"{o}")],
            }.With(use);
        }

        var known = VariantModel.Of(model, new(), family);
        var weights = known.LoadWeights();
        return new ModelReport
        {
            Name = known.Name,
            Format = File.Exists(model) ? "checkpoint" : weights.Source,
            Bytes = File.Exists(model) ? new FileInfo(model).Length : 0,
            Sha256 = weights.Sha256,
            Parameters = weights.Tensors.Sum(t => (long)t.Data.Length),
            Precision = "float32",
            Inputs = [.. known.Use.Inputs.Select(i => $"{i}")],
            Outputs = [.. known.Use.Outputs.Select(o => $"{o}")],
            Notes = known.Note is { } note ? [note] : [],
        }.With(known.Use);
    }

    static ModelReport OfOnnx(string path, FamilyOptions? family)
    {
        var header = OnnxHeader.Read(path);
        var (use, why) = Understand(() => ModelFile.UseOf(path, family));
        var model = OnnxFile.Load(path);
        var facts = GraphFacts.Of(model);
        var artefact = Artefact.Of(path).Info;
        var (flops, size, lack) = use is null ? (null, null, null) : Work(model, use);
        return new ModelReport
        {
            Name = path,
            Format = "ONNX",
            Producer = $"{model.ProducerName} {model.ProducerVersion}".Trim() is { Length: > 0 } producer ? producer : null,
            Bytes = header.HasExternalData ? model.CalculateSize() : artefact.Bytes,
            Sha256 = artefact.Sha256,
            NotUnderstood = why,
            Parameters = model.Graph.Initializer.Where(t => t.Dims.Count > 0).Sum(t => t.Dims.Aggregate(1L, (product, length) => product * length)),
            Inputs = [.. header.Inputs.Select(i => $"{i}")],
            Outputs = [.. header.Outputs.Select(o => $"{o}")],
            Opset = model.OpsetImport.FirstOrDefault(o => o.Domain is "" or "ai.onnx")?.Version,
            Precision = PrecisionOf(model),
            Operators = facts.Operators,
            Quantised = [.. QuantisedParts(model, facts)],
            Flops = flops,
            FlopsSize = size,
            Notes = lack is null ? [] : [lack],
        }.With(use);
    }

    static (ModelUse? Use, string? Why) Understand(Func<ModelUse> use)
    {
        try { return (use(), null); }
        catch (LabException e) { return (null, e.Message); }
    }

    /// <summary>One inference tells the shapes; a model that does not run is still worth a report.</summary>
    static (double? Flops, string? Size, string? Lack) Work(ModelProto model, ModelUse use)
    {
        try
        {
            var inputs = CalibrationImages.Prepare(use, SyntheticPhotographs.Create(0, new(480, 640)), new());
            var count = FlopFacts.Count(model, inputs);
            var batch = inputs[0].Shape[0];
            return (count.Total / batch, string.Join('x', inputs.MaxBy(t => t.Count)!.Shape.ToArray()),
                count.NotCounted.Count == 0 ? null : $"Operations without {string.Join(", ", count.NotCounted.Select(n => $"{n.Nodes} {n.Operator}"))}.");
        }
        catch (LabException e) { return (null, null, $"Operations were not counted: {e.Message}"); }
    }

    /// <summary>The types of its weights, by their share of the numbers, largest first.</summary>
    static string PrecisionOf(ModelProto model)
    {
        var types = model.Graph.Initializer.Where(t => t.Dims.Count > 0)
            .GroupBy(t => ((TensorProto.Types.DataType)t.DataType).ToString().ToLowerInvariant(), t => t.Dims.Aggregate(1L, (product, length) => product * length))
            .Select(g => (Type: g.Key == "float" ? "float32" : g.Key, Count: g.Sum())).OrderByDescending(g => g.Count).ToList();
        var all = Math.Max(1.0, types.Sum(t => t.Count));
        return types.Count == 0 ? "no weights" : string.Join(", ", types.Where(t => t.Count >= 0.005 * all).Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Type} {100 * t.Count / all:F0} %")));
    }

    static IEnumerable<string> QuantisedParts(ModelProto model, GraphFacts facts)
    {
        int Of(string op) => facts.Operators.FirstOrDefault(o => o.Operator == op)?.Nodes ?? 0;
        var weights = model.Graph.Node.Count(n => n.OpType == "DequantizeLinear" && model.Graph.Initializer.Any(t => t.Name == n.Input[0]));
        if (Of("QuantizeLinear") > 0) { yield return $"{Of("QuantizeLinear")} values by QuantizeLinear, {weights} weights and biases stored in 8 bits"; }
        if (facts.QuantizedConvs > 0) { yield return $"{facts.QuantizedConvs} convolutions by integer operators"; }
        if (facts.QuantizedMatMuls > 0) { yield return $"{facts.QuantizedMatMuls} matrix products by integer operators"; }
        if (Of("DynamicQuantizeLinear") > 0) { yield return $"{Of("DynamicQuantizeLinear")} values at run time (dynamic)"; }
    }

    ModelReport With(ModelUse? use) => use is null ? this : this with
    {
        Family = $"{use.Family.Name} ({use.Family.Models})",
        FamilySource = use.FamilySource,
        Picture = use.Preprocessing(new()).Describe(),
        PictureSource = use.PictureSource,
        Classes = use.Classes.Count,
        ClassSource = use.Classes.Source,
        ClassNames = [.. use.Classes.IsNamed ? use.Classes.Names : []],
    };
}
