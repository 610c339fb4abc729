namespace DetrPerfLab.Models;

/// <summary>Weights of one model among all that a checkpoint holds: the keys of the dict that they lie in, outermost first, and what their names begin with.</summary>
/// <remarks>
/// Training scripts nest state dicts (<c>model</c>, <c>ema</c> &gt; <c>module</c>, <c>state_dict</c>) and put prefixes before names (<c>module.</c>, <c>_orig_mod.</c>, <c>detr.</c>), in any
/// order and depth. Neither is known beforehand: those are taken where most names are a model's. Where several fit equally well, averaged weights go first, since
/// those are what authors evaluate.
/// </remarks>
sealed record StateDict(IReadOnlyList<string> Keys, string Prefix, int Fitting)
{
    const int MostPrefixParts = 8;
    const string Counter = ".num_batches_tracked"; // some averages leave it out, and nothing needs it

    static readonly HashSet<string> s_averages = new(["ema", "model_ema", "ema_model", "ema_state_dict", "state_dict_ema"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Heads that a DETR for boxes does not need, and what losses keep.</summary>
    static readonly (string Part, string What)[] s_passedOver = [("mask_head", "a segmentation head"), ("bbox_attention", "a segmentation head"), ("criterion", "a loss")];

    /// <summary>By whole parts: <c>schema</c> and <c>memory</c> are no averages.</summary>
    internal bool IsAveraged => Keys.Concat(Prefix.Split('.')).Any(s_averages.Contains);

    string Place => (Keys.Count, Prefix.Length) switch
    {
        (0, 0) => "at the top",
        (0, _) => $"behind '{Prefix.Printable()}'",
        (_, 0) => $"under '{PathOf(Keys)}'",
        _ => $"under '{PathOf(Keys)}' behind '{Prefix.Printable()}'",
    };

    internal static string PathOf(IEnumerable<string> keys) => string.Join(" > ", keys.Select(CheckpointText.Printable));

    /// <summary>What names begin with, each with how many names of a model stand behind it; where there is none, no prefix with none.</summary>
    internal static IReadOnlyList<StateDict> Of(IReadOnlyList<string> keys, IEnumerable<string> names)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in names.Where(name => !name.EndsWith(Counter, StringComparison.Ordinal)))
        {
            for (var (start, parts) = (0, 0); start >= 0 && parts <= MostPrefixParts; parts++)
            {
                if (KnownNames.IsKnown(name[start..]))
                {
                    counts[name[..start]] = counts.GetValueOrDefault(name[..start]) + 1;
                    break; // the shortest prefix: what follows may be a name by chance
                }

                start = name.IndexOf('.', start) is >= 0 and var dot ? dot + 1 : -1;
            }
        }

        return counts.Count == 0 ? [new(keys, "", 0)] : [.. counts.Select(c => new StateDict(keys, c.Key, c.Value))];
    }

    /// <summary>The weights to read, and, where others fit as well, which and why.</summary>
    internal static (StateDict Chosen, string? Why) Choose(IReadOnlyList<StateDict> found)
    {
        const int MostNamed = 3;
        var sorted = found.OrderByDescending(f => f.Fitting).ThenByDescending(f => f.IsAveraged).ToList(); // stable: else the first in the file
        var chosen = sorted[0];
        var rivals = sorted.Skip(1).Where(f => f.Fitting > 0 && 2 * f.Fitting >= chosen.Fitting).ToList();
        if (rivals.Count == 0) { return (chosen, null); }
        var others = string.Join(", ", rivals.Take(MostNamed).Select(r => r.Place)) + (rivals.Count > MostNamed ? ", …" : "");
        var equal = rivals[0].Fitting == chosen.Fitting;
        return (chosen, equal switch
        {
            true when chosen.IsAveraged && !rivals[0].IsAveraged => $"taken are the averaged weights {chosen.Place}, since authors evaluate those; others lie {others}",
            true => $"taken are the weights {chosen.Place}, the first of {rivals.Count(r => r.Fitting == chosen.Fitting) + 1} that fit equally well; others lie {others}",
            false => $"taken are the weights {chosen.Place}, since more of their names fit ({chosen.Fitting} to {rivals[0].Fitting}); others lie {others}",
        });
    }

    /// <summary>Names without what stands before them. What is no part of the model is left out and said.</summary>
    internal (IReadOnlyList<(string Name, T Value)> Kept, string? Note) Split<T>(IReadOnlyList<(string Name, T Value)> all, string? why)
    {
        var (kept, heads, outside) = (new List<(string, T)>(), new Dictionary<string, int>(StringComparer.Ordinal), new List<string>());
        foreach (var (name, value) in all)
        {
            var parts = name.Split('.');
            if (s_passedOver.FirstOrDefault(h => parts.Contains(h.Part)) is { What: { } what }) { heads[what] = heads.GetValueOrDefault(what) + 1; }
            else if (name.StartsWith(Prefix, StringComparison.Ordinal)) { kept.Add((name[Prefix.Length..], value)); }
            else { outside.Add(name); }
        }

        string?[] notes =
        [
            why ?? (Keys is [] or ["model"] ? null : $"weights under '{PathOf(Keys)}'"), // DETR's own script saves them under 'model'
            Prefix.Length == 0 || why is not null ? null : $"names behind '{Prefix.Printable()}'",
            .. heads.Select(h => $"passed over: {Tensors(h.Value)} of {h.Key}"),
            outside.Count == 0 ? null : $"passed over: {Tensors(outside.Count)} not behind that ('{outside[0].Printable()}'{(outside.Count > 1 ? ", …" : "")})",
        ];
        var said = notes.OfType<string>().ToList();
        return (kept, said.Count == 0 ? null : string.Join("; ", said));

        static string Tensors(int count) => count == 1 ? "1 tensor" : $"{count} tensors";
    }
}
