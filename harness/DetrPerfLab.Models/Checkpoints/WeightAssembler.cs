namespace DetrPerfLab.Models;

/// <summary>One weight under its official name: stored tensors, laid one after the other on the first axis, and the shape of the whole.</summary>
sealed record CollectedWeight(IReadOnlyList<StoredTensor> Parts, long[] Shape);

/// <summary>From stored tensors to the weights of one model: names, checks, decoding.</summary>
static class WeightAssembler
{
    /// <summary>Gives each tensor its official name, joins separate query, key and value projections, and checks every shape against the file.</summary>
    internal static IReadOnlyDictionary<string, CollectedWeight> Collect(CheckpointFile file, IReadOnlyList<StoredTensor> tensors)
    {
        var wholes = new Dictionary<string, StoredTensor?[]>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            var name = tensor.Name;
            if (name.EndsWith(".num_batches_tracked", StringComparison.Ordinal)) { continue; } // dropped by FrozenBatchNorm2d, too
            var (official, third) = HuggingFaceNames.ToOfficial(name) ?? ClassifierNames.ToOfficial(name) ?? (name, null);
            if (!wholes.TryGetValue(official, out var parts)) { wholes.Add(official, parts = new StoredTensor?[third is null ? 1 : 3]); }
            if ((third ?? 0) >= parts.Length || parts[third ?? 0] is not null || (third is null) != (parts.Length == 1))
            {
                throw file.Damaged($"tensor '{name.Printable()}' comes twice");
            }

            parts[third ?? 0] = tensor;
        }

        // A float32 made from the file takes at least two bytes there; tensors that share a storage are the reason for some slack.
        var left = Math.Min(file.Length, Array.MaxLength);
        var weights = new Dictionary<string, CollectedWeight>(StringComparer.Ordinal);
        foreach (var (name, parts) in wholes)
        {
            foreach (var part in parts)
            {
                if (part is null) { throw Unfit(file, "a DETR", missing: [$"a part of '{name}' (q_proj, k_proj, v_proj)"]); }
                if (part.Fault(left) is { } fault) { throw file.Damaged(fault); }
                left -= part.Count;
            }

            weights.Add(name, new(parts!, JoinedShape(file, name, parts!)));
        }

        return weights;
    }

    /// <summary>Decodes all weights in the order of the official state dict.</summary>
    internal static IReadOnlyList<WeightTensor> Fit(CheckpointFile file, ModelConfig config, IReadOnlyDictionary<string, CollectedWeight> weights)
    {
        var specs = config.Describe();
        var needed = specs.Select(spec => spec.Name).ToHashSet(StringComparer.Ordinal);
        string[] missing = [.. needed.Where(name => !weights.ContainsKey(name))];
        string[] extra = [.. weights.Keys.Where(name => !needed.Contains(name)).Select(CheckpointText.Printable)];
        string[] misshaped = [.. specs
            .Where(spec => weights.TryGetValue(spec.Name, out var weight) && !weight.Shape.SequenceEqual(spec.Shape))
            .Select(spec => $"{spec.Name} [{string.Join(',', weights[spec.Name].Shape)}], needed [{string.Join(',', spec.Shape)}]")];
        return missing.Length + extra.Length + misshaped.Length == 0
            ? Decode(file, specs.Select(spec => (spec.Name, weights[spec.Name])))
            : throw Unfit(file, config is DetrConfig detr ? $"a DETR on ResNet-{detr.BackboneDepth}" : config.Name, missing, extra, misshaped);
    }

    /// <summary>Decodes weights; each storage is read once, in the order of the file.</summary>
    internal static IReadOnlyList<WeightTensor> Decode(CheckpointFile file, IEnumerable<(string Name, CollectedWeight Weight)> weights)
    {
        var tensors = new List<WeightTensor>();
        var jobs = new List<(StoredTensor Source, Memory<float> Destination)>();
        foreach (var (name, weight) in weights)
        {
            if (weight.Parts.FirstOrDefault(part => part.Type.ToFloat is null) is { } unfit)
            {
                throw file.Unsupported($"tensor '{unfit.Name.Printable()}' has elements of {unfit.Type}", "Save the weights as float32, float16 or bfloat16.");
            }

            var data = new float[weight.Parts.Sum(part => part.Count)];
            tensors.Add(new WeightTensor(name, weight.Shape, data));
            var rest = data.AsMemory();
            foreach (var part in weight.Parts)
            {
                jobs.Add((part, rest[..(int)part.Count]));
                rest = rest[(int)part.Count..];
            }
        }

        foreach (var storage in jobs.GroupBy(job => job.Source.Storage).OrderBy(group => group.Key.Offset))
        {
            var bytes = file.Read(storage.Key);
            foreach (var (source, destination) in storage) { source.Decode(bytes, destination.Span); }
        }

        return tensors;
    }

    internal static LabException Unfit(CheckpointFile file, string model, string[]? missing = null, string[]? extra = null, string[]? misshaped = null)
    {
        const int Shown = 8;
        var parts = new[] { ("missing", missing), ("unknown", extra), ("wrong shape", misshaped) }
            .Where(part => part.Item2 is { Length: > 0 })
            .Select(part => $"{part.Item1} {string.Join(", ", part.Item2!.Take(Shown))}{(part.Item2!.Length > Shown ? $" and {part.Item2.Length - Shown} more" : "")}");
        return LabError.BadInput($"Checkpoint '{file.Path}' does not fit {model}: {string.Join("; ", parts)}. "
            + "Needed: the state dict of a DETR for boxes, a ResNet or a ViT, with the official names or Hugging Face's.");
    }

    static long[] JoinedShape(CheckpointFile file, string name, IReadOnlyList<StoredTensor> parts)
    {
        var first = parts[0].Shape;
        if (parts.Count == 1) { return first; }
        return first.Length > 0 && parts.All(part => part.Shape.SequenceEqual(first))
            ? [parts.Count * first[0], .. first[1..]]
            : throw Unfit(file, "a DETR", misshaped: [$"{name}: its three projections differ"]);
    }
}
