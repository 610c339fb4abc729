namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>A variant computes something else than the reference.</summary>
    public static LabException VariantDiverged(string variant, string reference, string found, string needed) => new(ExitCode.CheckFailed,
        $"Variant '{variant}' differs from '{reference}' by {found}, needed {needed}. It was not timed. See where it starts: detrlab parity");

    /// <summary>A parity manifest cannot be used.</summary>
    public static LabException ParityManifest(string path, string found, Exception? inner = null) =>
        BadInput($"Parity manifest '{path}': {found}. Needed: the form of a manifest.json with cases, each with model, image_sizes_hw, logits and boxes.", inner);
}
