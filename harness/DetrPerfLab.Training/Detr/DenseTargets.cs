namespace DetrPerfLab.Training;

/// <summary>Which places of a map answer for which things: those whose middle lies in the inner half of a thing's box, and the one that holds its middle; of several things the smallest.</summary>
static class DenseTargets
{
    /// <summary>Of a square map of <paramref name="side"/> places a side, row by row.</summary>
    internal static Matches Of(IReadOnlyList<Targets> targets, int side)
    {
        var (rows, things) = (new List<long>(), new List<int>());
        var first = 0;
        for (var picture = 0; picture < targets.Count; picture++)
        {
            var (labels, boxes) = (targets[picture].Labels, targets[picture].Boxes);
            int[] bySize = [.. Enumerable.Range(0, labels.Length).OrderBy(t => boxes[(4 * t) + 2] * boxes[(4 * t) + 3])];
            for (var place = 0; place < side * side; place++)
            {
                if (Array.FindIndex(bySize, t => Holds(boxes.AsSpan(4 * t, 4), place % side, place / side, side)) is not (>= 0 and var at)) { continue; }
                rows.Add(((long)picture * side * side) + place);
                things.Add(first + bySize[at]);
            }

            first += labels.Length;
        }

        return new([.. rows], [.. things]);
    }

    static bool Holds(ReadOnlySpan<float> box, int column, int row, int side)
    {
        var (x, y) = ((column + 0.5f) / side, (row + 0.5f) / side);
        return (MathF.Abs(x - box[0]) < box[2] / 4 && MathF.Abs(y - box[1]) < box[3] / 4)
            || (column == Math.Min(side - 1, (int)(box[0] * side)) && row == Math.Min(side - 1, (int)(box[1] * side)));
    }
}
