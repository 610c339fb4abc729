namespace DetrPerfLab.Vision;

/// <summary>Which category of a data set each class of a model is: by name, never by position.</summary>
public sealed class ClassMatch
{
    readonly Dictionary<int, long> _categories;

    ClassMatch(Dictionary<int, long> categories, IReadOnlyList<string> onlyModel, IReadOnlyList<string> onlyData) => (_categories, OnlyModel, OnlyData) = (categories, onlyModel, onlyData);

    /// <summary>Classes of the model that the data set does not know: what is found of them is left out.</summary>
    public IReadOnlyList<string> OnlyModel { get; }

    /// <summary>Categories of the data set that the model does not know: their objects count as missed.</summary>
    public IReadOnlyList<string> OnlyData { get; }

    public int Common => _categories.Count;

    /// <exception cref="LabException">No name is common, or names that only the number of classes speaks for do not fit.</exception>
    public static ClassMatch Of(LabelMap labels, IReadOnlyList<(long Id, string Name)> categories)
    {
        var byName = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (id, name) in categories)
        {
            if (!byName.TryAdd(ClassNames.Key(name), id)) { throw LabError.BadInput($"The data set has two categories named '{name}': ids {byName[ClassNames.Key(name)]} and {id}. Give each a name of its own."); }
        }

        var known = Enumerable.Range(0, labels.Count).Where(l => labels.Find(l) is not null).ToList();
        var map = labels.IsNamed ? known.Where(l => byName.ContainsKey(ClassNames.Key(labels.Name(l)))).ToDictionary(l => l, l => byName[ClassNames.Key(labels.Name(l))]) : [];
        var found = map.Values.ToHashSet();
        var onlyData = categories.Where(c => !found.Contains(c.Id)).Select(c => c.Name).ToList();
        var match = new ClassMatch(map, [.. known.Where(l => !map.ContainsKey(l)).Select(labels.Name)], onlyData);
        if (map.Count == 0) { throw Refused("have no name in common"); }
        if (labels.IsAssumed && onlyData.Count > 0) { throw Refused("contradict each other: the model names no classes, and not all of the data set's are COCO's"); }
        var positions = categories.OrderBy(c => c.Id).Select((c, i) => (c.Name, i)).ToList();
        if (labels.IsAssumed && known.Count == categories.Count && positions.Any(p => ClassNames.Key(labels.Name(known[p.i])) != ClassNames.Key(p.Name)))
        {
            throw Refused("contradict each other: they are the same, in another order, and the model does not name its own");
        }

        return match;

        LabException Refused(string what) => LabError.BadInput(
            $"The classes of the model and the categories of the data set {what}. Model ({labels.Source}): {List(labels.IsNamed ? labels.Names : [], $"{labels.Count} without names")}. "
            + $"Data set: {List(categories.OrderBy(c => c.Id).Select(c => c.Name), "none")}. Say what the model's classes are called: --labels FILE, one name a line in the order of its labels; "
            + "the data set's own instances.json serves where the model was trained on it.");
    }

    internal long? Find(int label) => _categories.TryGetValue(label, out var id) ? id : null;

    /// <summary>What a reader has to know of a match that is not whole; null where it is.</summary>
    public string? Note => OnlyModel.Count + OnlyData.Count == 0 ? null
        : $"{Common} classes are common to model and data set."
            + (OnlyModel.Count > 0 ? $" {OnlyModel.Count} only the model knows ({List(OnlyModel, "")}): what it finds of them is left out." : "")
            + (OnlyData.Count > 0 ? $" {OnlyData.Count} only the data set knows ({List(OnlyData, "")}): their objects count as missed." : "");

    static string List(IEnumerable<string> names, string none)
    {
        var all = names.ToList();
        return all.Count == 0 ? none : string.Join(", ", all.Take(10)) + (all.Count > 10 ? $" and {all.Count - 10} more" : "");
    }
}
