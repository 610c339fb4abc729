namespace DetrPerfLab.Core;

public static partial class LabError
{
    const int NamesShown = 8;

    /// <summary>The bytes contradict the format: truncated, overwritten, or made to deceive.</summary>
    /// <param name="file">The checkpoint.</param>
    /// <param name="found">Which member, tensor or offset, and what is wrong there.</param>
    public static LabException CheckpointDamaged(string file, string found) =>
        BadInput($"Checkpoint '{file}' is damaged: {found}. Download or copy it again.");

    /// <summary>A well-formed file that holds something which the reader does not take.</summary>
    public static LabException CheckpointUnsupported(string file, string found, string whatToDo) =>
        BadInput($"Checkpoint '{file}' cannot be read: {found}. {whatToDo}");

    /// <summary>Tensors do not fit the model that the checkpoint's own shapes imply.</summary>
    public static LabException CheckpointTensors(
        string file, string model, IReadOnlyCollection<string> missing, IReadOnlyCollection<string> extra, IReadOnlyCollection<string> misshaped)
    {
        var parts = new List<string>();
        if (missing.Count > 0) { parts.Add($"missing {Some(missing)}"); }
        if (extra.Count > 0) { parts.Add($"unknown {Some(extra)}"); }
        if (misshaped.Count > 0) { parts.Add($"wrong shape {Some(misshaped)}"); }
        return BadInput($"Checkpoint '{file}' does not fit {model}: {string.Join("; ", parts)}. "
            + "Needed: the state dict of a DETR for boxes, with the official names or Hugging Face's.");
    }

    static string Some(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(NamesShown)) + (names.Count > NamesShown ? $" and {names.Count - NamesShown} more" : "");
}
