namespace DetrPerfLab.Models;

/// <summary>A matrix in 8 bits, symmetric, each row with a scale of its own: w is about code * scale. Codes are row-major, -127 to 127.</summary>
sealed record Int8Rows(sbyte[] Codes, double[] Scales)
{
    const int Largest = 127; // largest code; -128 is left out, so that the codes are as many below zero as above

    internal static Int8Rows Of(ReadOnlySpan<float> matrix, int rows)
    {
        var (codes, scales) = (new sbyte[matrix.Length], new double[rows]);
        var columns = matrix.Length / rows;
        for (var row = 0; row < rows; row++)
        {
            var values = matrix.Slice(row * columns, columns);
            var largest = 0f;
            foreach (var value in values) { largest = Math.Max(largest, Math.Abs(value)); }
            scales[row] = largest > 0 ? (double)largest / Largest : 1; // a row of zeros: any scale serves
            for (var i = 0; i < columns; i++) { codes[(row * columns) + i] = (sbyte)Math.Round(values[i] / scales[row]); }
        }

        return new(codes, scales);
    }
}
