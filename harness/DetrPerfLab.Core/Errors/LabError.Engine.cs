namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>An inference lacks a tensor.</summary>
    public static LabException TensorMissing(string kind, TensorSpec needed, TensorSet found) =>
        BadInput($"The model's {kind} '{needed.Name}' was not given: found {(found.Count == 0 ? "nothing" : string.Join("; ", found))}, needed {needed}. " +
            "Give a tensor for each of the model's inputs and outputs.");

    /// <summary>A tensor's type or shape is not what the model wants.</summary>
    public static LabException TensorMismatch(string kind, HostTensor found, TensorSpec needed, string? because = null) =>
        BadInput($"The model's {kind} does not fit: found {found}, needed {needed}{(because is null ? "" : $", where {because}")}. " +
            "Allocate tensors from the model's inputs and outputs.");

    /// <summary>ONNX Runtime's native library cannot be loaded.</summary>
    public static LabException OnnxRuntimeMissing(Exception inner) =>
        Missing($"ONNX Runtime's native library was not found or does not load ({inner.GetBaseException().Message.ReplaceLineEndings(" ")}). " +
            "Its package has one for 64-bit Linux (glibc), Windows and macOS: build again on such a system, dotnet build -c Release.", inner);

    /// <summary>A whole ONNX file that ONNX Runtime cannot run.</summary>
    public static LabException OnnxRuntimeRefused(string path, string version, string found, Exception inner) =>
        BadInput($"ONNX Runtime {version} cannot run '{path}': {found} Needed: a model of operators and versions that it knows; export it again with another opset.", inner);

    /// <summary>An input or output that the lab cannot fill or read.</summary>
    public static LabException OnnxInterface(string path, string name, string found) =>
        BadInput($"'{path}': '{name}' is {found}, needed a tensor of float32 or int64. Export the model with such inputs and outputs.");

    /// <summary>An inference that ONNX Runtime broke off.</summary>
    public static LabException OnnxRunFailed(string path, string inputs, string found, Exception inner) =>
        BadInput($"'{path}' failed on {inputs}: {found} Check that the model takes inputs of these shapes.", inner);

    /// <summary>No usable NVIDIA GPU, or a build without it.</summary>
    public static LabException CudaMissing(int deviceId, string found, Exception inner) =>
        Missing($"ONNX Runtime cannot use CUDA device {deviceId}: {found} Needed: an NVIDIA GPU with its driver, CUDA 13 and cuDNN 9, and a build with " +
            "GPU support: dotnet build -c Release -p:Gpu=true", inner);

    /// <summary>A padded batch for a model that would take padding for image.</summary>
    public static LabException MaskNotTaken(string path) =>
        BadInput($"The batch is padded (pixel_mask holds zeros), but '{path}' takes no pixel_mask and would see the padding as image. " +
            "Export the model with pixel_mask, or give images of one size.");
}
