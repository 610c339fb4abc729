using System.Runtime.CompilerServices;

#pragma warning disable CS1591 // the message says when it is given

namespace DetrPerfLab.Core;

/// <summary>Messages that several places give. Each says what was found, what was needed and what to do; one that a single place gives stands there.</summary>
/// <remarks>Those of model files stand in LabError.Models.cs, those of what runs in LabError.Runs.cs.</remarks>
public static partial class LabError
{
    public static LabException BadInput(string message, Exception? inner = null) => new(ExitCode.BadInput, message, inner);

    public static LabException Missing(string message, Exception? inner = null) => new(ExitCode.Missing, message, inner);

    public static LabException CheckFailed(string message) => new(ExitCode.CheckFailed, message);

    public static LabException OutOfRange<T>(T value, string needed, [CallerMemberName] string option = "") =>
        BadInput($"Option '{option}' is {value}, needed {needed}.");

    public static LabException FileNotFound(string path, string whatToDo) =>
        BadInput($"File '{path}' was not found. {whatToDo}");

    public static LabException DirectoryNotFound(string path, string whatToDo) =>
        BadInput($"Folder '{path}' was not found. {whatToDo}");

    public static LabException UnknownName(string kind, string found, IEnumerable<string> known) =>
        BadInput($"Unknown {kind} '{found}'. Known: {string.Join(", ", known)}.");

    public static LabException ResultsBusy(string file, int seconds) =>
        BadInput($"'{file}' is being written by another process and was not free within {seconds} s. Wait for that run, or end it.");

    /// <summary>Why something did not work, in words: a mistake of the user's explains itself, any other is named with its kind.</summary>
    public static string ReasonOf(Exception exception) => exception is LabException ? exception.Message : $"{exception.GetType().Name}: {exception.Message}";
}
