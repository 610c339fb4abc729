namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>A result file of a newer lab.</summary>
    public static LabException UnknownSchema(string file, int found, int known) =>
        BadInput($"'{file}' has schema {found}, needed 1 to {known}. It was written by another version of the lab: update, or measure again.");

    /// <summary>A result file that cannot be read.</summary>
    public static LabException DamagedResults(string file, string problem, Exception? inner = null) =>
        BadInput($"'{file}' is no result file: {problem.TrimEnd('.')}. Restore it, or delete it and measure again.", inner);

    /// <summary>A result file that another process keeps writing.</summary>
    public static LabException ResultsBusy(string file, int seconds) =>
        BadInput($"'{file}' is being written by another process and was not free within {seconds} s. Wait for that run, or end it.");
}
