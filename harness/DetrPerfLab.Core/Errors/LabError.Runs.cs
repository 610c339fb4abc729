#pragma warning disable CS1591 // the message says when it is given

namespace DetrPerfLab.Core;

public static partial class LabError
{
    public static LabException TensorShape(HostTensor found, string needed) =>
        BadInput($"Tensor {found}, needed {needed}. Check that the model belongs to this family.");

    public static LabException TensorMissing(TensorSet found, string needed) =>
        BadInput($"Tensors {string.Join("; ", found)}, needed one named '{needed}'. Check that the model belongs to this family.");

    public static LabException OutputsDiffer(string tensor, string found, string needed) =>
        BadInput($"Output '{tensor}' is {found}, needed {needed} as the reference has it. Compare outputs of the same model and inputs.");

    public static LabException OutputNotFinite(string tensor, int index) => CheckFailed(
        $"Output '{tensor}' holds NaN or infinity (first at element {index}), needed finite numbers. A precision too narrow for the model is the usual cause: keep more of it in float32.");

    public static LabException BadCocoFile(string file, string needed, Exception inner) =>
        BadInput($"'{file}' is no COCO file: {inner.Message.TrimEnd('.')}. Needed: {needed}.", inner);

    public static LabException BadCocoEntry(string file, string list, long index, string problem) =>
        BadInput($"'{file}': entry {index} of {list}: {problem}. Mend or remove the entry.");

    public static LabException GpuRefused(string device, int deviceId, string found, Exception inner) =>
        Missing($"ONNX Runtime cannot use {device} on GPU {deviceId}: {found} Needed: the driver, CUDA 13, cuDNN 9 and, for TensorRT, TensorRT 10 of versions that fit each other.", inner);

    public static LabException CudaFailed(string found) =>
        Missing($"CUDA failed: {found}. Needed: a working GPU with enough free memory; nvidia-smi shows what else uses it.");

    public static LabException SuiteNeedsDetr(string model) => Missing(
        $"Model '{model}' takes images of one size and family; this row needs a DETR that takes any size and batch. Leave --model out, or name a DETR.");

    public static LabException FastPathDiffers(string row, string found, string needed) =>
        CheckFailed($"{row}: {found}, needed {needed}. It was not timed; the tests of the fast path say where it starts: ./test.sh --fast");

    public static LabException NoFont(IEnumerable<string> folders) =>
        Missing($"No charts: no font was found in {string.Join(", ", folders.Where(f => f.Length > 0))}, needed a sans face (.ttf). "
            + "The numbers are written without them. Put one there, for example by: apt-get install fonts-dejavu-core");
}
