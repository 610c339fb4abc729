namespace DetrPerfLab.Report;

/// <summary>What the rows of the compression suite call their models; part of their ids, so never renamed.</summary>
public static class CompressionRows
{
    public const string Model = "Model"; // the parameter
    public const string AsItIs = "as it is";
    public const string Student = "student"; // of half the layers, trained on scenes alone
    public const string Taught = "student, taught"; // the same with the model as it is for its teacher

    internal const string PrunedWord = "pruned";
    const string Tuned = ", tuned";

    /// <summary>With so many per cent of its channels gone, and no more done to it.</summary>
    public static string Pruned(int percent) => $"{PrunedWord} {percent} %";

    /// <summary>The same, fine-tuned on scenes afterwards.</summary>
    public static string PrunedAndTuned(int percent) => Pruned(percent) + Tuned;

    internal static bool IsPrunedAndTuned(string name) => name.StartsWith(PrunedWord, StringComparison.Ordinal) && name.EndsWith(Tuned, StringComparison.Ordinal);

    /// <summary>What a model was before it was fine-tuned, or would be without its teacher; null for others.</summary>
    internal static string? Before(string name) => name == Taught ? Student : IsPrunedAndTuned(name) ? name[..^Tuned.Length] : null;
}
