namespace DetrPerfLab.Core;

/// <summary>What the process returns; the same numbers in every command.</summary>
public enum ExitCode
{
    Done = 0,
    CheckFailed = 1, // accuracy, gate, parity, or some of many inputs failed
    BadInput = 2, // or wrong use
    Missing = 3, // the machine lacks something; the message holds the command that installs it
    NoVerdict = 4, // a gate that could not decide
}

/// <summary>A mistake that the user can mend: printed as its message alone, without a stack trace. The message says what was found, what was needed and what to do.</summary>
public sealed class LabException(ExitCode exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public ExitCode ExitCode => exitCode;
}
