namespace DetrPerfLab.Models;

/// <summary>How names from a stranger's file are printed.</summary>
static class CheckpointText
{
    const int MaxLength = 100;

    /// <summary>The name without control characters, which could rewrite the terminal, and not longer than a line.</summary>
    internal static string Printable(string name) =>
        string.Concat(name.Take(MaxLength).Select(c => char.IsControl(c) ? '?' : c)) + (name.Length > MaxLength ? "…" : "");
}
