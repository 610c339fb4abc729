namespace DetrPerfLab.Vision;

/// <summary>The weights of a resize; those of sizes seen before are kept.</summary>
sealed class ResizeTables
{
    // A data set of photographs has some dozens of shapes; the bound keeps a stream of strange ones from growing without end.
    const int MostKept = 256;

    readonly Dictionary<(int Source, int Target), RowPass> _rows = [];
    readonly Dictionary<(int Source, int Target), ResampleAxis> _columns = [];

    internal RowPass RowPass { get; private set; } = null!;

    internal ResampleAxis Rows => RowPass.Axis;

    internal ResampleAxis Columns { get; private set; } = null!;

    /// <summary>Makes the tables current that lead from one size to another.</summary>
    internal void Load(ImageSize source, ImageSize target)
    {
        RowPass = Find(_rows, (source.Width, target.Width), static key => new RowPass(new ResampleAxis(key.Source, key.Target)));
        Columns = Find(_columns, (source.Height, target.Height), static key => new ResampleAxis(key.Source, key.Target));
    }

    static T Find<T>(Dictionary<(int Source, int Target), T> tables, (int Source, int Target) key, Func<(int Source, int Target), T> make)
    {
        if (tables.TryGetValue(key, out var table)) { return table; }
        if (tables.Count == MostKept) { tables.Clear(); }
        return tables[key] = make(key);
    }
}
