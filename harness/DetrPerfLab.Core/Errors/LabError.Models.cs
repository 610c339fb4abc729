#pragma warning disable CS1591 // the message says when it is given

namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>A TorchScript file cannot be read or run.</summary>
    public static LabException ScriptUnusable(string path, string found, Exception? inner = null) => BadInput(
        $"TorchScript file '{path}': {found} Needed a module whose forward takes pixel_values float32 [N,3,H,W] and, if it likes, pixel_mask int64 [N,H,W], "
        + "and returns logits [N,Q,C+1] and pred_boxes [N,Q,4] as a tuple or a list. Trace it with return_dict=False.", inner);

    public static LabException NotOnnx(string path, string found, Exception? inner = null) =>
        BadInput($"'{path}' is not a usable ONNX model: {found}. Needed: a whole file as an exporter wrote it; fetch or export it again.", inner);

    public static LabException OnnxTooLarge(string path, long foundBytes, long limitBytes) =>
        BadInput($"'{path}' takes {foundBytes:N0} bytes, the limit of an ONNX file is {limitBytes:N0}. Use a smaller model.");

    public static LabException OnnxInterface(string path, string name, string found) =>
        BadInput($"'{path}': '{name}' is {found}, needed a tensor of float32 or int64. Export the model with such inputs and outputs.");

    public static LabException OnnxGraph(string found) =>
        BadInput($"The ONNX graph is not valid: {found}. Needed: a graph that ONNX Runtime loads; export the model again.");

    public static LabException CannotQuantize(string found, string needed, string whatToDo) =>
        BadInput($"The model cannot be converted: {found}. Needed: {needed}. {whatToDo}");

    public static LabException Calibration(string found, string needed, string whatToDo) =>
        BadInput($"Calibration failed: {found}. Needed: {needed}. {whatToDo}");

    public static LabException QuantizationPlan(string path, string found, Exception? inner = null) =>
        BadInput($"Quantisation plan '{path}' cannot be used: {found}. Write one with 'detrlab sensitivity --out {path}' and edit that.", inner);
}
