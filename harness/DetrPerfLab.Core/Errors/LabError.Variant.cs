namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>A variant computes something else than the reference.</summary>
    public static LabException VariantDiverged(string variant, string reference, string found, string needed) => new(ExitCode.CheckFailed,
        $"Variant '{variant}' differs from '{reference}' by {found}, needed {needed}. It was not timed. See where it starts: detrlab parity");

    /// <summary>A variant is so slow that a quick run would not be one.</summary>
    public static LabException TooSlowForQuick(string variant, double seconds) => Missing(
        FormattableString.Invariant($"One forward pass of '{variant}' takes {seconds:F0} s here: left out of a quick run. Run the suite without --quick to measure it."));

    /// <summary>A parity manifest cannot be used.</summary>
    public static LabException ParityManifest(string path, string found, Exception? inner = null) =>
        BadInput($"Parity manifest '{path}': {found}. Needed: the form of a manifest.json with cases, each with model, image_sizes_hw, logits and boxes.", inner);
}
