namespace DetrPerfLab.Onnx;

/// <summary>Takes the elements of one intermediate value of one inference, row-major; they are valid during the call only.</summary>
public delegate void TensorVisitor(string name, ReadOnlySpan<float> values);

/// <summary>Runs models for the quantiser, which knows runtimes only by this.</summary>
public interface ICalibrationRunner
{
    /// <summary>The shape that each value has for such inputs; found without holding the values themselves.</summary>
    IReadOnlyDictionary<string, IReadOnlyList<long>> Shapes(ModelProto model, IReadOnlyList<string> values, TensorSet inputs);

    /// <summary>Opens a model for many runs that show these values, intermediate ones or outputs. What is not float32 is shown converted.</summary>
    ICalibrationSession Open(ModelProto model, IReadOnlyList<string> values);
}

/// <summary>An open model.</summary>
public interface ICalibrationSession : IDisposable
{
    /// <summary>Runs once and shows every value that the session was opened for: each once, several at a time.</summary>
    /// <remarks>The visitor is called from several threads, for taking a value in costs as much as computing it.</remarks>
    void Run(TensorSet inputs, TensorVisitor visit);
}
