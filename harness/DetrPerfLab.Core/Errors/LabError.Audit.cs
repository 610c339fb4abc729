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

    /// <summary>Outputs for a fresh input do not follow those of the reference.</summary>
    public static LabException AuditedOutputUnresponsive(string variant, double found, double needed) => new(ExitCode.CheckFailed,
        FormattableString.Invariant($"Audit of '{variant}': a fresh input changed the outputs by {found:0.##} of what it changes the reference's, needed at least {needed:0.##}. Its times are dropped: the engine reuses results."));

    /// <summary>Outputs for a fresh input lie too far from the reference's, those for the usual one did not.</summary>
    public static LabException AuditedFreshDiverged(string variant, string divergence) => new(ExitCode.CheckFailed,
        $"Audit of '{variant}': its outputs for a fresh input, needed as near to the reference as those for the usual input. Its times are dropped. {divergence}");

    /// <summary>A fresh input gave something else when it was run again.</summary>
    public static LabException AuditedFreshNotRepeated(string variant, string tensor, double found, double needed) => new(ExitCode.CheckFailed,
        FormattableString.Invariant($"Audit of '{variant}': a fresh input run again gave '{tensor}' {found:g3} away from when it was timed, needed at most {needed:g3}. Its times are dropped: its outputs are chance, not computed from the input."));
}
