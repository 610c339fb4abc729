namespace DetrPerfLab.Onnx;

/// <summary>Row-major matrices of weights.</summary>
static class Matrix
{
    internal static float[] Transpose(ReadOnlySpan<float> values, int rows, int columns)
    {
        var result = new float[values.Length];
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++) { result[(c * rows) + r] = values[(r * columns) + c]; }
        }

        return result;
    }
}
