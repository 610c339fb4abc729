namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>A variant computes something else than the reference.</summary>
    public static LabException VariantDiverged(string variant, string reference, string found, string needed) => new(ExitCode.CheckFailed,
        $"Variant '{variant}' differs from '{reference}' by {found}, needed {needed}. It gets no times. See where it starts: detrlab parity");

    /// <summary>Nothing was measured, because nothing was chosen.</summary>
    public static LabException NoCaseChosen(string options) => BadInput(
        $"No benchmark was run with the options '{options}', needed a filter that matches at least one and options that BenchmarkDotNet knows. All names: --list flat. What BenchmarkDotNet says: add --verbose");

    /// <summary>Cases were chosen, but could not be built or did not pass validation.</summary>
    public static LabException CasesNotStarted(string reason) => new(ExitCode.CheckFailed,
        $"The cases could not be started: {reason.TrimEnd('.')}. Results measured before are kept; the same command goes on with the rest. What BenchmarkDotNet says: add --verbose");

    /// <summary>A case is so slow that a quick run would not be one.</summary>
    public static LabException TooSlowForQuick(string caseId, double seconds) => Missing(
        FormattableString.Invariant($"One operation of '{caseId}' takes {seconds:F0} s here: left out of a quick run. Run the suite without --quick to measure it."));

    /// <summary>A suite varies what a model fixes.</summary>
    public static LabException SuiteNeedsDetr(string model) => Missing(
        $"Model '{model}' takes images of one size and family; this row needs a DETR that takes any size and batch. Leave --model out, or name a DETR.");

    /// <summary>A worker of a suite ended before it was told to.</summary>
    public static LabException SuiteWorkerEnded(int exitCode) => new(ExitCode.CheckFailed,
        $"A worker process ended with exit code {exitCode} instead of doing its images. Run the suite with --verbose: its message stands in the log.");

    /// <summary>A fast path of a suite gives something else than the plain one.</summary>
    public static LabException FastPathDiffers(string row, string found, string needed) => new(ExitCode.CheckFailed,
        $"{row}: {found}, needed {needed}. It was not timed; the tests of the fast path say where it starts: ./test.sh --fast");

    /// <summary>A variant that runs on weights, asked of a model that is a graph.</summary>
    public static LabException NeedsCheckpoint(string model) => Missing(
        $"'{model}' is an ONNX graph; this variant builds the model from weights and needs a checkpoint. Name a checkpoint or a model of the zoo: detrlab models list");

    /// <summary>A parity manifest cannot be used.</summary>
    public static LabException ParityManifest(string path, string found, Exception? inner = null) =>
        BadInput($"Parity manifest '{path}': {found}. Needed: the form of a manifest.json with cases, each with model, image_sizes_hw, logits and boxes.", inner);
}
