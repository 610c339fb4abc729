namespace DetrPerfLab.Vision;

/// <summary>What a model's labels mean.</summary>
sealed class LabelMap
{
    readonly CocoClass?[] _classes;

    LabelMap(int labels, IEnumerable<(int Label, CocoClass Class)> classes)
    {
        _classes = new CocoClass?[labels];
        foreach (var (label, found) in classes) { _classes[label] = found; }
    }

    /// <summary>DETR: the label is the COCO category id.</summary>
    internal static LabelMap CategoryIds { get; } = new(CocoClasses.IdSpace, CocoClasses.All.Select(c => (c.CategoryId, c)));

    /// <summary>DEIM, RT-DETR: the label counts the categories without gaps, in the order of their ids.</summary>
    internal static LabelMap Contiguous { get; } = new(CocoClasses.All.Count, CocoClasses.All.Index());

    /// <summary>The map that fits a model of so many classes ("no object" left out): COCO's for 91 and 80, else plain numbers.</summary>
    internal static LabelMap ForClasses(int classes) => classes switch
    {
        CocoClasses.IdSpace => CategoryIds,
        80 => Contiguous,
        _ => new LabelMap(classes, Enumerable.Range(0, classes).Select(label => (label, new CocoClass(label, $"class {label}")))),
    };

    /// <summary>What the label stands for; null where it stands for nothing, as 26 does in a DETR.</summary>
    internal CocoClass? Find(int label) => (uint)label < (uint)_classes.Length ? _classes[label] : null;

    /// <summary>A name to show, also where the label stands for nothing.</summary>
    internal string Name(int label) => Find(label)?.Name ?? $"label {label}";
}
