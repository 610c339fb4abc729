using System.Text.RegularExpressions;

namespace DetrPerfLab.Core;

/// <summary>What went wrong where no message of the lab's says it: one line, in words of a user.</summary>
static partial class FaultText
{
    const int MostLetters = 300;

    internal static string Of(Exception exception)
    {
        // What wraps another says less than what it wraps.
        while (exception is AggregateException or TypeInitializationException or System.Reflection.TargetInvocationException && exception.InnerException is { } inner) { exception = inner; }
        return exception switch
        {
            OutOfMemoryException => "memory ran out",
            DllNotFoundException or EntryPointNotFoundException or BadImageFormatException =>
                NamesCode().IsMatch(exception.Message) ? "a native library cannot be loaded" : $"a native library cannot be loaded: {OneLine(exception.Message).Split(". ")[0]}",
            UnauthorizedAccessException => OneLine(exception.Message),
            TimeoutException => "it took too long",
            _ when NamesCode().IsMatch(exception.Message) => "something that was not foreseen",
            _ => OneLine(exception.Message),
        };
    }

    internal static ExitCode CodeOf(Exception exception)
    {
        for (Exception? one = exception; one is not null; one = one.InnerException)
        {
            if (one is LabException known) { return known.ExitCode; }
            if (one is OutOfMemoryException or DllNotFoundException or EntryPointNotFoundException or BadImageFormatException) { return ExitCode.Missing; }
        }

        return ExitCode.BadInput;
    }

    static string OneLine(string message)
    {
        var line = Ends().Replace(message, " ").Trim().TrimEnd('.');
        return line.Length <= MostLetters ? line : line[..MostLetters] + "…";
    }

    [GeneratedRegex(@"\b(System|Microsoft|DetrPerfLab|Google|TorchSharp|SkiaSharp)\.[A-Z]|Exception\b|\(Parameter '|[Oo]bject reference|[Ss]equence contains|[Ii]ndex was|Nullable|[Oo]perations? that change|disposed object|given key")]
    private static partial Regex NamesCode();

    [GeneratedRegex(@"\s*[\r\n]+\s*")]
    private static partial Regex Ends();
}
