namespace DetrPerfLab.Onnx;

/// <summary>Stores weights as float16 and computes in float32: half the file at the speed of float32.</summary>
/// <remarks>
/// For processors without half-precision arithmetic, where a graph in float16 runs several times slower than in float32. Each weight is followed by a Cast that
/// ONNX Runtime folds when it loads the model, so memory and time are those of float32.
/// </remarks>
static class HalfStorage
{
    internal static ConversionResult Convert(ModelProto source, HalfStorageOptions options)
    {
        var editor = new GraphEditor(GraphPreparation.Prepare(source));
        var (converted, kept) = (new List<string>(), new SortedDictionary<string, string>(StringComparer.Ordinal));
        foreach (var weight in editor.Graph.Initializer.Where(t => t.IsFloat() && t.ElementCount() >= options.LeastElements).ToList())
        {
            if (editor.Index.IsOutput(weight.Name)) { kept[weight.Name] = "is an output"; }
            else if (Halves(weight) is not { } halves) { kept[weight.Name] = "exceeds float16"; }
            else
            {
                // The cast makes the value under the weight's own name: whoever read it, subgraphs included, reads that.
                editor.Graph.Initializer.Remove(weight);
                var cast = editor.AddNode("Cast", weight.Name + ".to_fp32", [editor.AddConstant<Half>(weight.Name + ".fp16", [.. weight.Dims], halves)], weight.Name + ".fp32");
                cast.Set("to", (long)DataType.Float).Output[0] = weight.Name;
                converted.Add(weight.Name);
            }
        }

        if (converted.Count == 0) { throw LabError.CannotQuantize("no weight can be stored as float16", $"float32 weights of {options.LeastElements} elements or more", "Check that the model is float32."); }
        editor.Finish();
        return new(editor.Model, new(converted, kept, []));
    }

    static Half[]? Halves(TensorProto weight)
    {
        var values = weight.ToFloats();
        Half[] halves = [.. values.Select(v => (Half)v)];
        return halves.Zip(values).Any(p => Half.IsInfinity(p.First) && !float.IsInfinity(p.Second)) ? null : halves;
    }
}

/// <summary>What <see cref="HalfStorage"/> converts. Written into the file's metadata.</summary>
sealed record HalfStorageOptions
{
    /// <summary>Smaller constants stay: they save nothing, and scales and coordinates among them are worth their bits.</summary>
    public int LeastElements { get; init => field = value >= 1 ? value : throw LabError.OutOfRange(value, "1 or more"); } = 256;
}
