using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Vision;

public class AssignmentSolverTests
{
    // Small integers: many ties, and sums without rounding, so that the least sum can be compared exactly.
    static readonly Arbitrary<(int Rows, int Columns, int Seed)> s_problems =
        (from rows in Gen.Choose(0, 6) from columns in Gen.Choose(0, 6) from seed in Gen.Choose(0, int.MaxValue) select (rows, columns, seed)).ToArbitrary();

    static double Cheapest(double[] cost, int rows, int columns, int row, int used, int skips)
    {
        if (row == rows) { return 0; }
        var best = skips > 0 ? Cheapest(cost, rows, columns, row + 1, used, skips - 1) : double.PositiveInfinity;
        for (var column = 0; column < columns; column++)
        {
            if ((used & (1 << column)) != 0) { continue; }
            best = Math.Min(best, cost[(row * columns) + column] + Cheapest(cost, rows, columns, row + 1, used | (1 << column), skips));
        }

        return best;
    }

    [Fact]
    public void Solve_SmallProblems_EqualsBruteForce()
    {
        var solver = new AssignmentSolver(); // one for all, so that what a larger problem left behind shows
        Prop.ForAll(s_problems, problem =>
        {
            var (rows, columns, seed) = problem;
            var random = new Random(seed);
            var cost = Enumerable.Range(0, rows * columns).Select(_ => (double)random.Next(-9, 10)).ToArray();
            var columnOfRow = new int[rows];
            var least = solver.Solve(cost, rows, columns, columnOfRow);
            var pairs = columnOfRow.Index().Where(p => p.Item >= 0).ToArray();
            return least == Cheapest(cost, rows, columns, 0, 0, Math.Max(rows - columns, 0))
                && least == pairs.Sum(p => cost[(p.Index * columns) + p.Item])
                && pairs.Length == Math.Min(rows, columns)
                && pairs.Select(p => p.Item).Distinct().Count() == pairs.Length;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(20, 100)]
    [InlineData(100, 20)]
    [InlineData(60, 60)]
    public void Solve_HiddenOptimum_IsFound(int rows, int columns)
    {
        // Row and column potentials leave the choice alone; below them, only a hidden set of pairs costs 0.
        var random = new Random(rows);
        var few = Math.Min(rows, columns);
        var hiddenRows = Enumerable.Range(0, rows).OrderBy(_ => random.Next()).Take(few).ToArray();
        var hiddenColumns = Enumerable.Range(0, columns).OrderBy(_ => random.Next()).Take(few).ToArray();
        var cost = Enumerable.Range(0, rows * columns).Select(_ => 0.001 + random.NextDouble()).ToArray();
        for (var i = 0; i < few; i++) { cost[(hiddenRows[i] * columns) + hiddenColumns[i]] = 0; }

        var columnOfRow = new int[rows];
        Assert.Equal(0, new AssignmentSolver().Solve(cost, rows, columns, columnOfRow));
        for (var i = 0; i < few; i++) { Assert.Equal(hiddenColumns[i], columnOfRow[hiddenRows[i]]); }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Solve_NotFinite_NamesTheCost(double bad)
    {
        var error = Assert.Throws<LabException>(() => new AssignmentSolver().Solve([1, 2, 3, 4, 5, bad], 2, 3, new int[2]));
        Assert.Contains("[1,2]", error.Message);
    }

    [Fact]
    public void Match_TargetsAmongQueries_FindsThem()
    {
        // Three targets, of which three of 100 queries are copies.
        var random = new Random(5);
        float[] logits = [.. Enumerable.Range(0, 100 * 92).Select(_ => (float)random.NextDouble())];
        float[] boxes = [.. Enumerable.Range(0, 400).Select(_ => 0.2f + (0.6f * (float)random.NextDouble()))];
        int[] queries = [70, 3, 41], labels = [1, 90, 17];
        var targets = new float[12];
        for (var t = 0; t < 3; t++)
        {
            boxes.AsSpan(queries[t] * 4, 4).CopyTo(targets.AsSpan(t * 4));
            logits[(queries[t] * 92) + labels[t]] = 20;
        }

        var found = new int[3];
        var total = new HungarianMatcher(new MatchCosts()).Match(logits, boxes, labels, targets, found);
        Assert.Equal(queries, found);
        Assert.Equal(3 * -(1 + 2), total, 1e-4); // each: probability 1, no distance, GIoU 1
    }

    [Fact]
    public void Match_LabelOutsideLogits_Throws() =>
        Assert.Throws<LabException>(() => new HungarianMatcher(new MatchCosts()).Match(new float[4], new float[4], [4], new float[4], new int[1]));
}
