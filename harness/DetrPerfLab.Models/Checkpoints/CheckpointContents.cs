namespace DetrPerfLab.Models;

/// <summary>What a reader found in a file: the tensors of a model, unchecked, and what the file says that shapes do not show.</summary>
/// <param name="Heads">Attention heads, 1 to 1023; null when the file does not say.</param>
/// <param name="Note">Where in the file the weights were, and what was passed over; null where there is nothing to say.</param>
sealed record CheckpointContents(IReadOnlyList<StoredTensor> Tensors, bool? Dilation = null, int? Heads = null, string? Note = null)
{
    /// <summary>Keys under which training scripts keep a model.</summary>
    static readonly HashSet<string> s_wrappers = new(["model", "state_dict", "model_state_dict", "module", "net", "network", "ema", "model_ema", "ema_model"], StringComparer.Ordinal);

    internal static CheckpointContents Of(IReadOnlyList<StoredTensor> all)
    {
        var (chosen, why) = StateDict.Choose(StateDict.Of([], all.Select(t => t.Name)));
        var (kept, note) = chosen.Split([.. all.Select(t => (t.Name, t))], why);
        return new([.. kept.Select(k => k.Value with { Name = k.Name })]) { Note = note };
    }

    /// <summary>Finds the state dict in an unpickled object; <paramref name="locate"/> gives the bytes of a storage.</summary>
    internal static CheckpointContents FromPickle(CheckpointFile file, object? root, Func<PickleStorage, StoredBytes> locate)
    {
        if (root is not PickleDict dict) { throw NoStateDict(root is PickleOpaque made ? $"it holds {Name(made)} instead of a dict" : "its pickle holds no dict"); }
        var all = PickledDict.All(dict);
        if (all.SelectMany(d => d.Tensors).FirstOrDefault(t => t.Name.Length > KnownNames.MaxLength) is { Name: { } endless })
        {
            throw file.Damaged($"a tensor's name has {endless.Length} characters, the limit is {KnownNames.MaxLength}");
        }

        var candidates = all.Where(d => d.Tensors.Any()).SelectMany(d => StateDict.Of(d.Keys, d.Tensors.Select(t => t.Name)).Select(s => (Weights: s, In: d))).ToList();
        var (chosen, why) = candidates.Count == 0 ? (new([], "", 0), null) : StateDict.Choose([.. candidates.Select(c => c.Weights)]);
        if (chosen.Fitting == 0 && ObjectInPlaceOfAModel(all, anyKey: candidates.Count == 0) is { } found) { throw NoStateDict(found); }
        if (candidates.Count == 0) { throw NoStateDict("no dict in it holds tensors"); }

        // Where no name tells, most tensors do.
        var state = chosen.Fitting == 0 ? candidates.MaxBy(c => c.In.Tensors.Count()).In : candidates.First(c => c.Weights == chosen).In;
        chosen = chosen.Fitting == 0 ? new(state.Keys, "", 0) : chosen;
        foreach (var (name, needed) in state.Objects)
        {
            if (name.StartsWith(chosen.Prefix, StringComparison.Ordinal) && KnownNames.IsKnown(name[chosen.Prefix.Length..]))
            {
                throw NoStateDict($"tensor '{name.Printable()}' is made by {Name(needed)}");
            }
        }

        var (kept, note) = chosen.Split([.. state.Tensors], why);
        var options = OptionsOf(dict);
        return new([.. kept.Select(k => Locate(k.Name, k.Value))])
        {
            Dilation = options?["dilation"] as bool?,
            Heads = options?["nheads"] is long and > 0 and < 1024 and var heads ? (int)heads : null,
            Note = note,
        };

        StoredTensor Locate(string name, PickleTensor tensor) => tensor.Start >= 0 && tensor.Start <= long.MaxValue - tensor.Storage.View
            ? new(name, tensor.Storage.Type, tensor.Shape, tensor.Strides, tensor.Storage.View + tensor.Start, locate(tensor.Storage))
            : throw file.Damaged($"tensor '{name.Printable()}' begins at element {tensor.Start}");

        LabException NoStateDict(string what) => file.Unsupported(
            what,
            "Needed: a state dict, alone or inside a dict as training scripts save it. Save the weights alone: torch.save(model.state_dict(), FILE).");
    }

    static string Name(PickleOpaque made) => $"the Python object '{made.Name.Printable()}', which is not run";

    /// <summary>A model that was saved whole, as <c>{'model': model}</c>: under a key for models, or, where no dict has any tensor, anywhere.</summary>
    static string? ObjectInPlaceOfAModel(IReadOnlyList<PickledDict> all, bool anyKey) => all
        .SelectMany(d => d.Objects.Select(o => (Keys: (string[])[.. d.Keys, o.Key], o.Object)))
        .OrderByDescending(o => s_wrappers.Contains(o.Keys[^1]))
        .Where(o => anyKey || s_wrappers.Contains(o.Keys[^1]))
        .Select(o => $"under '{StateDict.PathOf(o.Keys)}' it holds {Name(o.Object)}")
        .FirstOrDefault();

    /// <summary>The options that training ran with: DETR's script saves them as 'args', Lightning as 'hyper_parameters'.</summary>
    static PickleDict? OptionsOf(PickleDict root) => ((string[])["args", "hyper_parameters"])
        .Select(key => root[key] switch { PickleNamespace options => options.Attributes, PickleDict options => options, _ => null })
        .FirstOrDefault(options => options is not null);
}
