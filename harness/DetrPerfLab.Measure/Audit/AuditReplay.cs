namespace DetrPerfLab.Measure;

/// <summary>What was found of fresh inputs when the timed runs were over: figures of <see cref="AuditInfo"/>.</summary>
public sealed record AuditReplay(int Replayed, double? Response);
