namespace DetrPerfLab.Vision;

/// <summary>The linear assignment problem: pairs rows with columns so that the sum of their costs is least. Keeps its buffers.</summary>
/// <remarks>
/// Shortest augmenting paths with dual prices, O(rows² columns) for rows &lt;= columns. Source: D. F. Crouse, "On implementing 2D
/// rectangular assignment algorithms", IEEE Trans. AES 52 (2016), the method behind scipy's linear_sum_assignment, which DETR trains with.
/// By hand: OR-Tools, the package that solves this, is a large native library and takes whole-number costs only.
/// </remarks>
sealed class AssignmentSolver
{
    double[] _cost = []; // with rows <= columns
    double[] _rowPrice = [];
    double[] _columnPrice = [];
    double[] _distance = []; // of each column from the free row, in reduced costs
    int[] _rowOfColumn = [];
    int[] _columnOfRow = [];
    int[] _cameFrom = []; // row before each column on its shortest path
    bool[] _settled = []; // columns whose distance is final

    /// <summary>
    /// Takes costs [rows, columns], gives the column of each row [rows], -1 for those left over when there are more rows than columns, and returns the least sum.
    /// </summary>
    internal double Solve(ReadOnlySpan<double> cost, int rows, int columns, Span<int> columnOfRow)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cost.Length, checked(rows * columns));
        ArgumentOutOfRangeException.ThrowIfNotEqual(columnOfRow.Length, rows);
        for (var i = 0; i < cost.Length; i++)
        {
            if (!double.IsFinite(cost[i]))
            {
                throw LabError.BadInput($"Assignment cost [{i / columns},{i % columns}] is {cost[i]}, needed finite numbers. Check the model's outputs for NaN.");
            }
        }

        var transposed = rows > columns;
        var (few, many) = transposed ? (columns, rows) : (rows, columns);
        Reserve(few, many);
        for (var i = 0; i < cost.Length; i++) { _cost[transposed ? (i % columns * many) + (i / columns) : i] = cost[i]; }
        for (var row = 0; row < few; row++) { Augment(row, many); }

        var sum = 0.0;
        columnOfRow.Fill(-1);
        for (var row = 0; row < few; row++)
        {
            var column = _columnOfRow[row];
            sum += _cost[(row * many) + column];
            if (transposed) { columnOfRow[column] = row; }
            else { columnOfRow[row] = column; }
        }

        return sum;
    }

    /// <summary>Gives <paramref name="free"/> a column, moving rows that had one along the cheapest path (Dijkstra over reduced costs).</summary>
    void Augment(int free, int columns)
    {
        _distance.AsSpan(0, columns).Fill(double.PositiveInfinity);
        _settled.AsSpan(0, columns).Clear();
        var (row, last, reached) = (free, -1, 0.0);
        while (last < 0)
        {
            var (nearest, least) = (-1, double.PositiveInfinity);
            for (var column = 0; column < columns; column++)
            {
                if (_settled[column]) { continue; }
                var distance = reached + _cost[(row * columns) + column] - _rowPrice[row] - _columnPrice[column];
                if (distance < _distance[column]) { (_distance[column], _cameFrom[column]) = (distance, row); }

                // Among equals a free column ends the search at once.
                if (_distance[column] < least || (_distance[column] == least && _rowOfColumn[column] < 0)) { (nearest, least) = (column, _distance[column]); }
            }

            _settled[nearest] = true;
            reached = least;
            if (_rowOfColumn[nearest] < 0) { last = nearest; }
            else { row = _rowOfColumn[nearest]; }
        }

        _rowPrice[free] += reached;
        for (var column = 0; column < columns; column++)
        {
            if (!_settled[column] || column == last) { continue; }
            _rowPrice[_rowOfColumn[column]] += reached - _distance[column];
            _columnPrice[column] -= reached - _distance[column];
        }

        for (var column = last; ;)
        {
            var owner = _cameFrom[column];
            (_rowOfColumn[column], _columnOfRow[owner], column) = (owner, column, _columnOfRow[owner]);
            if (owner == free) { return; }
        }
    }

    void Reserve(int rows, int columns)
    {
        if (_cost.Length < rows * columns) { _cost = new double[rows * columns]; }
        if (_rowPrice.Length < rows) { (_rowPrice, _columnOfRow) = (new double[rows], new int[rows]); }
        if (_columnPrice.Length < columns)
        {
            (_columnPrice, _distance) = (new double[columns], new double[columns]);
            (_rowOfColumn, _cameFrom, _settled) = (new int[columns], new int[columns], new bool[columns]);
        }

        _rowPrice.AsSpan(0, rows).Clear();
        _columnPrice.AsSpan(0, columns).Clear();
        _rowOfColumn.AsSpan(0, columns).Fill(-1);
        _columnOfRow.AsSpan(0, rows).Fill(-1);
    }
}
