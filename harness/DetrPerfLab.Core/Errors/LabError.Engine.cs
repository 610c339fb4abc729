namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>ONNX Runtime's native library cannot be loaded.</summary>
    public static LabException OnnxRuntimeMissing(Exception inner) =>
        Missing($"ONNX Runtime's native library was not found or does not load ({inner.GetBaseException().Message.ReplaceLineEndings(" ")}). " +
            "Needed: a system that the package Microsoft.ML.OnnxRuntime has a build for (Linux or Windows on x64 or ARM64, macOS on ARM64). Build again there: dotnet build -c Release", inner);

    /// <summary>A whole ONNX file that ONNX Runtime cannot run.</summary>
    public static LabException OnnxRuntimeRefused(string path, string version, string found, Exception inner) =>
        BadInput($"ONNX Runtime {version} cannot run '{path}': {found} Needed: a model of operators and versions that it knows; export it again with another opset.", inner);

    /// <summary>An input or output that the lab cannot fill or read.</summary>
    public static LabException OnnxInterface(string path, string name, string found) =>
        BadInput($"'{path}': '{name}' is {found}, needed a tensor of float32 or int64. Export the model with such inputs and outputs.");

    /// <summary>An inference that ONNX Runtime broke off.</summary>
    public static LabException OnnxRunFailed(string path, string inputs, string found, Exception inner) =>
        BadInput($"'{path}' failed on {inputs}: {found} Check that the model takes inputs of these shapes.", inner);

    /// <summary>A build whose ONNX Runtime runs on the processor alone.</summary>
    /// <param name="device">For example <c>Cuda</c>.</param>
    /// <param name="provider">ONNX Runtime's name of what was left out.</param>
    /// <param name="absent">Libraries that the machine lacks as well, each with what brings it.</param>
    public static LabException GpuBuildMissing(string device, string provider, IReadOnlyList<string> absent) =>
        Missing($"{device}: this build's ONNX Runtime has no {provider}. Needed: a build with GPU support, dotnet build -c Release -p:Gpu=true (Linux x64, Windows x64)" +
            (absent.Count == 0 ? "." : $"; this machine also lacks {string.Join(", ", absent)}: install them first."));

    /// <summary>Libraries of the GPU that do not load.</summary>
    /// <param name="device">For example <c>Cuda</c>.</param>
    /// <param name="absent">Each with what brings it.</param>
    public static LabException GpuLibrariesMissing(string device, IReadOnlyList<string> absent) =>
        Missing($"{device}: found no {string.Join(", no ", absent)}. Needed: all of them where the system looks for libraries. Install them from developer.nvidia.com, " +
            "and name their folders in LD_LIBRARY_PATH (Linux) or PATH (Windows).");

    /// <summary>No such GPU.</summary>
    public static LabException GpuMissing(string device, int deviceId, int count, string? found) =>
        Missing($"{device}: found {count} GPUs{(found is null ? "" : $" ({found})")}, needed GPU {deviceId}. Check that nvidia-smi lists it, that this user or container may use it, and that its driver serves CUDA 13.");

    /// <summary>A GPU that ONNX Runtime cannot use though all seems to be there.</summary>
    public static LabException GpuRefused(string device, int deviceId, string found, Exception inner) =>
        Missing($"ONNX Runtime cannot use {device} on GPU {deviceId}: {found} Needed: the driver, CUDA 13, cuDNN 9 and, for TensorRT, TensorRT 10 of versions that fit each other.", inner);

    /// <summary>A profile of what runs on a GPU.</summary>
    public static LabException NoProfileOnGpu(string variant) =>
        BadInput($"'{variant}' runs on a GPU: ONNX Runtime's profile there holds the times at which kernels are started, not those that they take. Profile a variant of the processor, or use Nsight Systems.");

    /// <summary>A CUDA function failed while a model ran.</summary>
    public static LabException CudaFailed(string found) =>
        Missing($"CUDA failed: {found}. Needed: a working GPU with enough free memory; nvidia-smi shows what else uses it.");

    /// <summary>A padded batch for a model that would take padding for image.</summary>
    public static LabException MaskNotTaken(string path) =>
        BadInput($"The batch is padded (pixel_mask holds zeros), but '{path}' takes no pixel_mask and would see the padding as image. " +
            "Export the model with pixel_mask, or give images of one size.");
}
