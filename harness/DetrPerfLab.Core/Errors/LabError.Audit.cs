namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>A timed inference gave other outputs than the reference.</summary>
    public static LabException AuditedOutputWrong(string variant, string tensor, double found, double needed) => new(ExitCode.CheckFailed,
        FormattableString.Invariant($"Audit of '{variant}': a timed inference gave '{tensor}' {found:g3} away from the reference, needed at most {needed:g3}. Its times are dropped; check the variant with: detrlab parity"));

    /// <summary>A timed inference wrote less than all of an output.</summary>
    public static LabException AuditedOutputNotWritten(string variant, string tensor, int index) => new(ExitCode.CheckFailed,
        $"Audit of '{variant}': a timed inference left element {index} of '{tensor}' unwritten or not finite, needed all of it. Its times are dropped; check the variant with: detrlab parity");

    /// <summary>A changed input gave the outputs of the usual one.</summary>
    public static LabException AuditedOutputStale(string variant) => new(ExitCode.CheckFailed,
        $"Audit of '{variant}': a fresh input gave the very outputs of the usual one, needed outputs computed from the input. Its times are dropped: the engine reuses results.");

    /// <summary>Fresh inputs take much longer than the one that is run again and again.</summary>
    public static LabException AuditedCaching(string variant, double found, double needed) => new(ExitCode.CheckFailed,
        FormattableString.Invariant($"Audit of '{variant}': fresh inputs took {found:0.##} times as long as the usual one, needed at most {needed:0.##}. Its times are dropped: the engine caches results, or the run was far too noisy; measure again."));
}
