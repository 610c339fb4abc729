namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>A graph that breaks the format's own rules.</summary>
    public static LabException OnnxGraph(string found) =>
        BadInput($"The ONNX graph is not valid: {found}. Needed: a graph that ONNX Runtime loads; export the model again.");

    /// <summary>A model whose operator set the transformations do not know.</summary>
    public static LabException UnsupportedOpset(long found, int oldest, int newest) =>
        BadInput($"The model imports opset {found} of the standard operators, needed {oldest} to {newest}. Export it again with such an opset.");

    /// <summary>A model or one of its nodes that a precision change cannot handle.</summary>
    public static LabException CannotQuantize(string found, string needed, string whatToDo) =>
        BadInput($"The model cannot be converted: {found}. Needed: {needed}. {whatToDo}");

    /// <summary>Calibration saw something that gives no range.</summary>
    public static LabException Calibration(string found, string needed, string whatToDo) =>
        BadInput($"Calibration failed: {found}. Needed: {needed}. {whatToDo}");

    /// <summary>A plan file that does not say what it must.</summary>
    public static LabException QuantizationPlan(string path, string found, Exception? inner = null) =>
        BadInput($"Quantisation plan '{path}' cannot be used: {found}. Write one with 'detrlab sensitivity --out {path}' and edit that.", inner);

    /// <summary>A pattern over node names that cannot be used.</summary>
    public static LabException BadPattern(string pattern, string where, Exception inner) =>
        BadInput($"Pattern '{pattern}' in the {where} cannot be used: {inner.Message.TrimEnd('.')}. Needed: a regular expression without backreferences or lookaround.", inner);

    /// <summary>The runtime refuses a model.</summary>
    public static LabException ModelDoesNotRun(string found, Exception? inner) =>
        BadInput($"ONNX Runtime does not run the model: {found.TrimEnd('.')}. Needed: a model that it loads and inputs that fit. Check it with 'detrlab detect --model FILE'.", inner);
}
