namespace DetrPerfLab.Models;

/// <summary>The tensors of one model among all that a checkpoint holds: which dict they lie in, and what their names begin with.</summary>
/// <remarks>
/// Training scripts nest state dicts (<c>model</c>, <c>ema</c> &gt; <c>module</c>, <c>state_dict</c>) and put prefixes before names (<c>module.</c>, <c>_orig_mod.</c>, <c>detr.</c>), in any
/// order and depth. Neither is known beforehand: the dict and the prefix are taken behind which most names are a model's. Where two fit equally well, averaged
/// weights (<c>ema</c>) go first, since those are what authors evaluate.
/// </remarks>
sealed record StateDict(IReadOnlyList<StoredTensor> Tensors, string? Note)
{
    const int MostPrefixParts = 6, MostNesting = 6, MostDicts = 10_000;

    /// <summary>Heads that a DETR for boxes does not need, and what losses keep.</summary>
    static readonly (string Prefix, string What)[] s_passedOver = [("mask_head.", "a mask head"), ("bbox_attention.", "a mask head"), ("criterion.", "a loss"), ("weight_dict.", "a loss")];

    /// <summary>Dicts that hold tensors, each with the keys on the way to it, outermost first.</summary>
    internal static IReadOnlyList<(string Path, PickleDict Dict)> Find(PickleDict root)
    {
        var (found, pending, seen) = (new List<(string, PickleDict)>(), new Queue<(string Path, PickleDict Dict, int Depth)>([("", root, 0)]), new HashSet<PickleDict>(ReferenceEqualityComparer.Instance));
        while (pending.TryDequeue(out var next) && seen.Count < MostDicts)
        {
            if (!seen.Add(next.Dict)) { continue; }
            if (next.Dict.Entries.Any(e => e is { Key: string, Value: PickleTensor })) { found.Add((next.Path, next.Dict)); }
            if (next.Depth == MostNesting) { continue; }
            foreach (var (key, value) in next.Dict.Entries)
            {
                if (value is PickleDict inner && key is string name) { pending.Enqueue((next.Path.Length == 0 ? name : $"{next.Path} > {name}", inner, next.Depth + 1)); }
            }
        }

        return found;
    }

    /// <summary>What most names begin with, and how many names of a model stand behind it.</summary>
    internal static (string Prefix, int Names) PrefixOf(IEnumerable<string> names, Func<string, bool> isKnown)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            for (var (start, parts) = (0, 0); start >= 0 && parts <= MostPrefixParts; parts++)
            {
                if (isKnown(name[start..]))
                {
                    counts[name[..start]] = counts.GetValueOrDefault(name[..start]) + 1;
                    break; // the shortest prefix: what follows may be a name by chance
                }

                start = name.IndexOf('.', start) is >= 0 and var dot ? dot + 1 : -1;
            }
        }

        return counts.Count == 0 ? ("", 0) : counts.OrderByDescending(c => c.Value).ThenByDescending(c => IsAveraged(c.Key)).Select(c => (c.Key, c.Value)).First();
    }

    internal static bool IsAveraged(string path) => path.Contains("ema", StringComparison.OrdinalIgnoreCase);

    /// <summary>Names without what stands before them; what is no part of the model is passed over and said.</summary>
    /// <param name="path">The keys of the dict that they lie in.</param>
    internal static StateDict Of(IReadOnlyList<StoredTensor> all, string path, Func<string, bool> isKnown)
    {
        var (prefix, _) = PrefixOf(all.Select(t => t.Name), isKnown);
        var (tensors, heads, outside) = (new List<StoredTensor>(), new Dictionary<string, int>(), new List<string>());
        foreach (var tensor in all)
        {
            var inside = tensor.Name.StartsWith(prefix, StringComparison.Ordinal);
            var name = inside ? tensor.Name[prefix.Length..] : tensor.Name;
            if (s_passedOver.FirstOrDefault(h => name.StartsWith(h.Prefix, StringComparison.Ordinal) || name.Contains('.' + h.Prefix)) is { What: { } what }) { heads[what] = heads.GetValueOrDefault(what) + 1; }
            else if (inside) { tensors.Add(tensor with { Name = name }); }
            else { outside.Add(tensor.Name); }
        }

        string?[] notes =
        [
            path is "" or "model" ? null : $"weights under '{path.Printable()}'", // DETR's own script saves them under 'model'
            prefix.Length == 0 ? null : $"names behind '{prefix.Printable()}'",
            .. heads.Select(h => $"passed over: {h.Value} tensors of {h.Key}"),
            outside.Count == 0 ? null : $"passed over: {outside.Count} tensors that do not begin so ({outside[0].Printable()}{(outside.Count > 1 ? ", …" : "")})",
        ];
        var said = notes.OfType<string>().ToList();
        return new(tensors, said.Count == 0 ? null : string.Join("; ", said));
    }
}
