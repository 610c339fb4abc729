namespace DetrPerfLab.Core;

/// <summary>Fills in what earlier builds did not store but told in another way. The only place that knows how.</summary>
static class OldResults
{
    internal static RunResult Complete(RunResult result) => result with
    {
        // The row was called "workstation again" or "7 first step again".
        Repeated = result.Repeated || result.Parameters.Values.Any(value => value.EndsWith(" again", StringComparison.Ordinal)),
        // Whether there were enough fresh inputs was left to the reader.
        Audit = result.Audit is { CachingExcluded: null } audit ? audit with { CachingExcluded = audit.FreshInputs >= AuditInfo.LeastFresh } : result.Audit,
    };
}
