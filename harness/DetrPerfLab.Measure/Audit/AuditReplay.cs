namespace DetrPerfLab.Measure;

/// <summary>What was found of fresh inputs when the timed runs were over.</summary>
/// <param name="Replayed">Fresh inputs that were run again, untimed, and gave again what they gave when timed.</param>
/// <param name="Response">See <see cref="FreshReference.ResponseOf"/>; null without a reference.</param>
public sealed record AuditReplay(int Replayed, double? Response);
