namespace DetrPerfLab.Onnx;

/// <summary>Takes the elements of one intermediate value of one inference.</summary>
/// <param name="name">The value's name.</param>
/// <param name="values">Its elements, row-major; valid during the call only.</param>
public delegate void TensorVisitor(string name, ReadOnlySpan<float> values);

/// <summary>Runs models for the quantiser, which knows runtimes only by this.</summary>
public interface ICalibrationRunner
{
    /// <summary>Elements that each value has for such inputs; found without holding the values themselves.</summary>
    /// <param name="model">A float model.</param>
    /// <param name="values">Intermediate values.</param>
    /// <param name="inputs">Inputs of the model.</param>
    IReadOnlyDictionary<string, long> CountElements(ModelProto model, IReadOnlyList<string> values, TensorSet inputs);

    /// <summary>Opens a model for many runs.</summary>
    /// <param name="model">Any model.</param>
    /// <param name="values">Values to show: intermediate ones or outputs. What is not float32 is shown converted.</param>
    ICalibrationSession Open(ModelProto model, IReadOnlyList<string> values);
}

/// <summary>An open model.</summary>
public interface ICalibrationSession : IDisposable
{
    /// <summary>Runs once and shows every value that the session was opened for: each once, several at a time.</summary>
    /// <remarks>The visitor is called from several threads, for taking a value in costs as much as computing it.</remarks>
    void Run(TensorSet inputs, TensorVisitor visit);
}
