namespace DetrPerfLab.Core;

/// <summary>What the process returns; the same numbers in every command.</summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>The check did not hold: accuracy, gate, parity, or some of many inputs failed.</summary>
    CheckFailed = 1,

    /// <summary>Wrong use or bad input.</summary>
    BadInput = 2,

    /// <summary>The machine lacks something; the message holds the command that installs it.</summary>
    Missing = 3,
}

/// <summary>A mistake that the user can mend: printed as its message alone, without a stack trace. The message says what was found, what was needed and what to do.</summary>
public sealed class LabException(ExitCode exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What the process returns when nothing handles this.</summary>
    public ExitCode ExitCode => exitCode;
}
