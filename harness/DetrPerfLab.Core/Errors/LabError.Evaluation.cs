namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>A COCO file that is no JSON, or not of the form needed.</summary>
    public static LabException BadCocoFile(string file, string needed, Exception inner) =>
        BadInput($"'{file}' is no COCO file: {inner.Message.TrimEnd('.')}. Needed: {needed}.", inner);

    /// <summary>One entry of a COCO list that cannot be used.</summary>
    public static LabException BadCocoEntry(string file, string list, long index, string problem) =>
        BadInput($"'{file}': entry {index} of {list}: {problem}. Mend or remove the entry.");

    /// <summary>Detections name an image or category that the ground truth lacks.</summary>
    public static LabException UnknownCocoId(string file, long index, string kind, long id, string groundTruth) =>
        BadInput($"'{file}': detection {index} names {kind} {id}, which '{groundTruth}' does not list. Evaluate against the ground truth of the same images and categories.");

    /// <summary>Two evaluations that cannot be compared image by image.</summary>
    public static LabException DifferentGroundTruth() =>
        BadInput("The two evaluations were made against different images or annotations; a paired comparison needs the same ground truth. Evaluate both against one file.");

    /// <summary>Two output tensors that cannot be compared.</summary>
    public static LabException OutputsDiffer(string tensor, string found, string needed) =>
        BadInput($"Output '{tensor}' is {found}, needed {needed} as the reference has it. Compare outputs of the same model and inputs.");

    /// <summary>A model gave NaN or infinity.</summary>
    public static LabException OutputNotFinite(string tensor, int index) =>
        new(ExitCode.CheckFailed, $"Output '{tensor}' holds NaN or infinity (first at element {index}), needed finite numbers. A precision too narrow for the model is the usual cause: keep more of it in float32.");
}
