namespace DetrPerfLab.Report;

/// <summary>Where runs stand along the axis of a chart: cases that were measured one after the other at one commit stand above each other.</summary>
sealed class HistoryColumns
{
    readonly Dictionary<HistoryPoint, int> _columnOf = [];
    readonly List<(string Commit, DateTimeOffset Began)> _columns = [];

    internal HistoryColumns(IEnumerable<HistoryPoint> points, IReadOnlyList<MachineBreak> breaks)
    {
        HashSet<string> here = [];
        foreach (var point in points.OrderBy(p => p.Run.Started))
        {
            // The same case again at the same commit is a further run.
            if (_columns.Count == 0 || _columns[^1].Commit != point.Run.Commit || here.Contains(CaseHistory.NameOf(point.Run)))
            {
                here.Clear();
                _columns.Add((point.Run.Commit, point.Run.Started));
            }

            here.Add(CaseHistory.NameOf(point.Run));
            _columnOf[point] = _columns.Count - 1;
        }

        Breaks = [.. breaks.Select(b => _columns.Count(c => c.Began < b.Started) - 0.5).Distinct()];
    }

    internal int Count => _columns.Count;

    internal int this[HistoryPoint point] => _columnOf[point];

    /// <summary>Between two columns, or at the edges.</summary>
    internal IReadOnlyList<double> Breaks { get; }

    /// <summary>Names of as many commits as have room; of many, those at equal distances up to the newest.</summary>
    internal IEnumerable<(double Position, string Label)> Ticks(int most)
    {
        var step = (Count + most - 1) / most;
        return _columns.Index().Where(c => (Count - 1 - c.Index) % step == 0).Select(c => ((double)c.Index, CommitNames.Short(c.Item.Commit)));
    }
}
