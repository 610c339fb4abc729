using static DetrPerfLab.Models.CheckpointText;

namespace DetrPerfLab.Models;

/// <summary>One weight under its official name, made of one stored tensor or of several laid one after the other on the first axis.</summary>
/// <param name="Parts">The stored tensors.</param>
/// <param name="Shape">Shape of the whole.</param>
sealed record CollectedWeight(IReadOnlyList<StoredTensor> Parts, long[] Shape);

/// <summary>From stored tensors to the weights of one model: names, checks, decoding.</summary>
static class WeightAssembler
{
    /// <summary>Gives each tensor its official name, joins separate query, key and value projections, and checks every shape against the file.</summary>
    internal static IReadOnlyDictionary<string, CollectedWeight> Collect(CheckpointFile file, IReadOnlyList<StoredTensor> tensors)
    {
        // DistributedDataParallel puts a module around the model.
        const string Parallel = "module.";
        var skip = tensors.Count > 0 && tensors.All(t => t.Name.StartsWith(Parallel, StringComparison.Ordinal)) ? Parallel.Length : 0;
        var wholes = new Dictionary<string, StoredTensor?[]>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            var name = tensor.Name[skip..];
            if (name.EndsWith(".num_batches_tracked", StringComparison.Ordinal)) { continue; } // dropped by FrozenBatchNorm2d, too
            var (official, third) = HuggingFaceNames.ToOfficial(name) ?? (name, null);
            if (!wholes.TryGetValue(official, out var parts)) { wholes.Add(official, parts = new StoredTensor?[third is null ? 1 : 3]); }
            if ((third ?? 0) >= parts.Length || parts[third ?? 0] is not null || (third is null) != (parts.Length == 1))
            {
                throw LabError.CheckpointDamaged(file.Path, $"tensor '{Printable(name)}' comes twice");
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
                if (part is null) { throw LabError.CheckpointTensors(file.Path, "a DETR", [$"a part of '{name}' (q_proj, k_proj, v_proj)"], [], []); }
                part.Check(file.Path, left);
                left -= part.Count;
            }

            weights.Add(name, new(parts!, JoinedShape(file, name, parts!)));
        }

        return weights;
    }

    /// <summary>Decodes all weights in the order of the official state dict.</summary>
    internal static IReadOnlyList<WeightTensor> Fit(CheckpointFile file, DetrConfig config, IReadOnlyDictionary<string, CollectedWeight> weights)
    {
        var specs = DetrStateDict.Describe(config);
        CheckFit(file, config, specs, weights);
        return Decode(file, specs.Select(spec => (spec.Name, weights[spec.Name])));
    }

    /// <summary>Decodes weights; each storage is read once, in the order of the file.</summary>
    internal static IReadOnlyList<WeightTensor> Decode(CheckpointFile file, IEnumerable<(string Name, CollectedWeight Weight)> weights)
    {
        var tensors = new List<WeightTensor>();
        var jobs = new List<(StoredTensor Source, Memory<float> Destination)>();
        foreach (var (name, weight) in weights)
        {
            var unfit = weight.Parts.FirstOrDefault(part => !TensorDecoder.Takes(part.Type));
            if (unfit is not null)
            {
                throw LabError.CheckpointUnsupported(
                    file.Path, $"tensor '{Printable(unfit.Name)}' has elements of {unfit.Type}", "Save the weights as float32, float16 or bfloat16.");
            }

            var data = new float[weight.Parts.Sum(part => part.Count)];
            tensors.Add(new WeightTensor(name, weight.Shape, data));
            var start = 0;
            foreach (var part in weight.Parts)
            {
                jobs.Add((part, data.AsMemory(start, (int)part.Count)));
                start += (int)part.Count;
            }
        }

        foreach (var storage in jobs.GroupBy(job => job.Source.Storage).OrderBy(group => group.Key.Offset))
        {
            var bytes = TorchZipReader.ReadChecked(file, storage.Key);
            foreach (var (source, destination) in storage) { TensorDecoder.Decode(source, bytes, destination.Span); }
        }

        return tensors;
    }

    static long[] JoinedShape(CheckpointFile file, string name, IReadOnlyList<StoredTensor> parts)
    {
        var first = parts[0].Shape;
        if (parts.Count == 1) { return first; }
        if (parts.Any(part => !part.Shape.SequenceEqual(first)) || first.Length == 0)
        {
            throw LabError.CheckpointTensors(file.Path, "a DETR", [], [], [$"{name}: its three projections differ"]);
        }

        return [parts.Count * first[0], .. first[1..]];
    }

    static void CheckFit(
        CheckpointFile file, DetrConfig config, IReadOnlyList<WeightSpec> specs, IReadOnlyDictionary<string, CollectedWeight> weights)
    {
        var needed = specs.Select(spec => spec.Name).ToHashSet(StringComparer.Ordinal);
        var missing = needed.Where(name => !weights.ContainsKey(name)).ToList();
        var extra = weights.Keys.Where(name => !needed.Contains(name)).Select(Printable).ToList();
        var misshaped = specs
            .Where(spec => weights.TryGetValue(spec.Name, out var weight) && !weight.Shape.SequenceEqual(spec.Shape))
            .Select(spec => $"{spec.Name} [{string.Join(',', weights[spec.Name].Shape)}], needed [{string.Join(',', spec.Shape)}]")
            .ToList();
        if (missing.Count + extra.Count + misshaped.Count > 0)
        {
            throw LabError.CheckpointTensors(file.Path, $"a DETR on ResNet-{config.BackboneDepth}", missing, extra, misshaped);
        }
    }
}
