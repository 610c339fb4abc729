namespace DetrPerfLab.Vision;

/// <summary>What a model's labels mean.</summary>
public sealed class LabelMap
{
    readonly CocoClass?[] _classes;

    LabelMap(int labels, IEnumerable<(int Label, CocoClass Class)> classes, string source)
    {
        _classes = new CocoClass?[labels];
        foreach (var (label, found) in classes) { _classes[label] = found; }
        Source = source;
    }

    /// <summary>DETR: the label is the COCO category id.</summary>
    internal static LabelMap CategoryIds { get; } = new(CocoClasses.IdSpace, CocoClasses.All.Select(c => (c.CategoryId, c)), "COCO's ids, taken from the number of classes") { IsAssumed = true };

    /// <summary>DEIM, RT-DETR: the label counts the categories without gaps, in the order of their ids.</summary>
    internal static LabelMap Contiguous { get; } = new(CocoClasses.All.Count, CocoClasses.All.Index(), "COCO's, taken from the number of classes") { IsAssumed = true };

    /// <summary>Where the names come from, in words.</summary>
    public string Source { get; }

    /// <summary>Whether nothing but the number of classes speaks for the names.</summary>
    public bool IsAssumed { get; private init; }

    /// <summary>Whether there are names at all, not just numbers.</summary>
    public bool IsNamed { get; private init; } = true;

    public int Count => _classes.Length;

    /// <summary>The names, in the order of their labels; labels that stand for nothing are left out.</summary>
    public IEnumerable<string> Names => _classes.Where(c => c is not null).Select(c => c!.Value.Name);

    /// <summary>The map that fits a model of so many classes ("no object" left out) that names none: COCO's for 91 and 80, else plain numbers.</summary>
    internal static LabelMap ForClasses(int classes) => classes switch
    {
        CocoClasses.IdSpace => CategoryIds,
        80 => Contiguous,
        _ => new LabelMap(classes, Enumerable.Range(0, classes).Select(label => (label, new CocoClass(label, $"class {label}"))), "none: the model names no classes") { IsNamed = false, IsAssumed = true },
    };

    /// <summary>Names that somebody gave. Where all of them are COCO's, the ids are too; else a label is its own id. "N/A" stands for nothing.</summary>
    internal static LabelMap Of(IReadOnlyDictionary<int, string> names, string source)
    {
        var meant = names.Where(n => n.Value.Trim() is not ("" or "N/A" or "n/a")).Select(n => (Label: n.Key, Name: n.Value.Trim())).ToList();
        var coco = CocoClasses.All.ToDictionary(c => ClassNames.Key(c.Name), c => c.CategoryId);
        var isCoco = meant.All(n => coco.ContainsKey(ClassNames.Key(n.Name)));
        return new(
            names.Count == 0 ? 0 : names.Keys.Max() + 1,
            meant.Select(n => (n.Label, new CocoClass(isCoco ? coco[ClassNames.Key(n.Name)] : n.Label, n.Name))), source);
    }

    /// <summary>What the label stands for; null where it stands for nothing, as 26 does in a DETR.</summary>
    internal CocoClass? Find(int label) => (uint)label < (uint)_classes.Length ? _classes[label] : null;

    /// <summary>A name to show, also where the label stands for nothing.</summary>
    internal string Name(int label) => Find(label)?.Name ?? $"label {label}";
}
