namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>A checkpoint lacks a tensor that its own configuration asks for.</summary>
    public static LabException WeightMissing(string name, string source) =>
        BadInput($"'{source}' has no tensor '{name}', which a DETR of its shape needs. Take a complete checkpoint.");

    /// <summary>The native library of an engine could not be loaded.</summary>
    public static LabException NativeLibraryMissing(string engine, Exception inner) =>
        Missing($"The native library of {engine} could not be loaded ({inner.GetBaseException().Message.Split('\n')[0].TrimEnd('.', '\r')}). TorchSharp-cpu has one for 64-bit Linux (glibc 2.28 or later), Windows and macOS on ARM: build again on such a system, or choose an ort- variant.", inner);

    /// <summary>A TorchScript file cannot be read or run.</summary>
    public static LabException ScriptUnusable(string path, string found, Exception? inner = null) => BadInput(
        $"TorchScript file '{path}': {found} Needed a module whose forward takes pixel_values float32 [N,3,H,W] and, if it likes, pixel_mask int64 [N,H,W], "
        + "and returns logits [N,Q,C+1] and pred_boxes [N,Q,4] as a tuple or a list. Trace it with return_dict=False.", inner);
}
