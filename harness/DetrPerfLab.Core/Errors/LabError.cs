using System.Runtime.CompilerServices;
using System.Text.Json;

namespace DetrPerfLab.Core;

/// <summary>Messages that several places give. Each says what was found, what was needed and what to do; one that a single place gives stands there.</summary>
public static class LabError
{
    public static LabException BadInput(string message, Exception? inner = null) => new(ExitCode.BadInput, message, inner);

    public static LabException Missing(string message, Exception? inner = null) => new(ExitCode.Missing, message, inner);

    public static LabException CheckFailed(string message) => new(ExitCode.CheckFailed, message);

    public static LabException OutOfRange<T>(T value, string needed, [CallerMemberName] string option = "") =>
        BadInput($"Option '{option}' is {value}, needed {needed}.");

    public static LabException FileNotFound(string path, string whatToDo) =>
        BadInput($"File '{path}' was not found. {whatToDo}");

    public static LabException DirectoryNotFound(string path, string whatToDo) =>
        BadInput($"Folder '{path}' was not found. {whatToDo}");

    public static LabException UnknownName(string kind, string found, IEnumerable<string> known) =>
        BadInput($"Unknown {kind} '{found}'.{Nearest.Hint(found, known)} Known: {string.Join(", ", known)}.");

    public static LabException ResultsBusy(string file, int seconds) =>
        BadInput($"'{file}' is being written by another process and was not free within {seconds} s. Wait for that run, or end it.");

    /// <summary>Why something did not work, in words: no names of our types or of the framework's, which tell a user nothing.</summary>
    public static string ReasonOf(Exception exception) => exception is LabException ? exception.Message : FaultText.Of(exception);

    /// <summary>What a command returns after it: 3 where the machine lacks something, else 2.</summary>
    public static ExitCode CodeOf(Exception exception) => FaultText.CodeOf(exception);

    // Of model files
    public static LabException ScriptUnusable(string path, string found, Exception? inner = null) => BadInput(
        $"TorchScript file '{path}': {found} Needed a module whose forward takes pixel_values float32 [N,3,H,W] and, if it likes, pixel_mask int64 [N,H,W], "
        + "and returns logits [N,Q,C+1] and pred_boxes [N,Q,4] as a tuple or a list. Trace it with return_dict=False.", inner);

    public static LabException NotOnnx(string path, string found, Exception? inner = null) =>
        BadInput($"'{path}' is not a usable ONNX model: {found}. Needed: a whole file as an exporter wrote it; fetch or export it again.", inner);

    public static LabException OnnxTooLarge(string path, long foundBytes, long limitBytes) =>
        BadInput($"'{path}' takes {foundBytes:N0} bytes, the limit of an ONNX file is {limitBytes:N0}. Use a smaller model.");

    public static LabException OnnxInterface(string path, string name, string found) =>
        BadInput($"'{path}': '{name}' is {found}, needed a tensor of float32, float16, float64, uint8, int64, int32 or bool. Export the model with such inputs and outputs.");

    public static LabException OnnxGraph(string found) =>
        BadInput($"The ONNX graph is not valid: {found}. Needed: a graph that ONNX Runtime loads; export the model again.");

    public static LabException CannotQuantize(string found, string needed, string whatToDo) =>
        BadInput($"The model cannot be converted: {found}. Needed: {needed}. {whatToDo}");

    public static LabException Calibration(string found, string needed, string whatToDo) =>
        BadInput($"Calibration failed: {found}. Needed: {needed}. {whatToDo}");

    public static LabException QuantizationPlan(string path, string found, Exception? inner = null) =>
        BadInput($"Quantisation plan '{path}' cannot be used: {found}. Write one with 'detrlab sensitivity --out {path}' and edit that.", inner);

    // Of what runs
    public static LabException TensorShape(HostTensor found, string needed) =>
        BadInput($"Tensor {found}, needed {needed}. Check that the model belongs to this family.");

    public static LabException TensorMissing(TensorSet found, string needed) =>
        BadInput($"Tensors {string.Join("; ", found)}, needed one named '{needed}'. Check that the model belongs to this family.");

    public static LabException OutputsDiffer(string tensor, string found, string needed) =>
        BadInput($"Output '{tensor}' is {found}, needed {needed} as the reference has it. Compare outputs of the same model and inputs.");

    public static LabException OutputNotFinite(string tensor, int index) => CheckFailed(
        $"Output '{tensor}' holds NaN or infinity (first at element {index}), needed finite numbers. A precision too narrow for the model is the usual cause: keep more of it in float32.");

    public static LabException BadCocoFile(string file, string needed, JsonException inner) =>
        BadInput($"'{file}' is no COCO file: {LabJson.ProblemOf(inner)}. Needed: {needed}.", inner);

    public static LabException BadCocoEntry(string file, string list, long index, string problem) =>
        BadInput($"'{file}': entry {index} of {list}: {problem}. Mend or remove the entry.");

    public static LabException GpuRefused(string device, int deviceId, string found, Exception inner) =>
        Missing($"ONNX Runtime cannot use {device} on GPU {deviceId}: {found} Needed: the driver, CUDA 13, cuDNN 9 and, for TensorRT, TensorRT 10 of versions that fit each other.", inner);

    public static LabException CudaFailed(string found) =>
        Missing($"CUDA failed: {found}. Needed: a working GPU with enough free memory; nvidia-smi shows what else uses it.");

    public static LabException FastPathDiffers(string row, string found, string needed) =>
        CheckFailed($"{row}: {found}, needed {needed}. It was not timed; the tests of the fast path say where it starts: ./test.sh --fast");

    public static LabException NoFont(IEnumerable<string> folders) =>
        Missing($"No charts: no font was found in {string.Join(", ", folders.Where(f => f.Length > 0))}, needed a sans face (.ttf). "
            + "The numbers are written without them. Put one there, for example by: apt-get install fonts-dejavu-core");
}
