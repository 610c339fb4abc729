namespace DetrPerfLab.Models;

/// <summary>A dict of a pickle, and the keys on the way to it, outermost first.</summary>
sealed record PickledDict(IReadOnlyList<string> Keys, PickleDict Dict)
{
    const int MostNesting = 6, MostDicts = 10_000;

    /// <summary>Its tensors; what else lies among them, as counters, is left out.</summary>
    internal IEnumerable<(string Name, PickleTensor Tensor)> Tensors => Dict.Entries.Where(e => e is { Key: string, Value: PickleTensor }).Select(e => ((string)e.Key!, (PickleTensor)e.Value!));

    /// <summary>Objects of Python in the place of tensors or of whole models.</summary>
    internal IEnumerable<(string Key, PickleOpaque Object)> Objects => Dict.Entries.Where(e => e is { Key: string, Value: PickleOpaque } && ((string)e.Key).Length <= KnownNames.MaxLength).Select(e => ((string)e.Key!, (PickleOpaque)e.Value!));

    /// <summary>A dict and those inside, each once, outer ones first. A loop over a queue: a dict may hold itself, or as many levels as the file has bytes.</summary>
    internal static IReadOnlyList<PickledDict> All(PickleDict root)
    {
        var found = new List<PickledDict> { new([], root) };
        var seen = new HashSet<PickleDict>([root], ReferenceEqualityComparer.Instance);
        for (var i = 0; i < found.Count; i++)
        {
            if (found[i].Keys.Count == MostNesting) { continue; }
            foreach (var (key, value) in found[i].Dict.Entries)
            {
                if (value is PickleDict inner && key is string name && found.Count < MostDicts && seen.Add(inner)) { found.Add(new([.. found[i].Keys, name], inner)); }
            }
        }

        return found;
    }
}
