namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>A file that should be an ONNX model is none, or is damaged.</summary>
    public static LabException NotOnnx(string path, string found, Exception? inner = null) =>
        BadInput($"'{path}' is not a usable ONNX model: {found}. Needed: a whole file as an exporter wrote it; fetch or export it again.", inner);

    /// <summary>A file is larger than the format or the lab can hold.</summary>
    public static LabException OnnxTooLarge(string path, long foundBytes, long limitBytes) =>
        BadInput($"'{path}' takes {foundBytes:N0} bytes, the limit of an ONNX file is {limitBytes:N0}. Use a smaller model.");

    /// <summary>A tensor names external data that cannot or may not be read.</summary>
    public static LabException OnnxExternalData(string path, string tensor, string found) =>
        BadInput($"'{path}': the external data of tensor '{tensor}' {found}. Needed: a file in the model's own folder that holds it whole.");

    /// <summary>A tensor's bytes do not fit its type and shape, or cannot be read as what was asked for.</summary>
    public static LabException OnnxTensor(string tensor, string found, string needed) =>
        BadInput($"ONNX tensor '{tensor}' {found}, needed {needed}. The model is damaged or of a kind that the lab does not read; export it again.");

    /// <summary>Weights that do not make up a DETR of their configuration.</summary>
    public static LabException DetrNotExportable(string model, string found, string needed) =>
        BadInput($"Model '{model}' cannot be exported: found {found}, needed {needed}. Check the checkpoint and its configuration.");
}
