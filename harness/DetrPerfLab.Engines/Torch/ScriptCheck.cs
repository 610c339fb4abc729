namespace DetrPerfLab.Engines;

/// <summary>Loads a TorchScript file in a process of its own first: libtorch ends the process over an operator that it does not know.</summary>
static class ScriptCheck
{
    /// <summary>In that process: loads the file, and runs it on a small image. An ordinary exception is no failure: the caller's own load meets it again.</summary>
    internal static int Try(string path)
    {
        try { TorchScriptEngine.LoadUnchecked(path, Environment.ProcessorCount).Dispose(); }
        catch (LabException) { }
        return 0;
    }

    internal static void ThrowIfFatal(string path)
    {
        var ended = ChildProgram.Run(EngineProgram.With(Path.GetFullPath(path)));
        if (ended.ExitCode != 0) { throw LabError.ScriptUnusable(path, $"libtorch ends the process over it: {Reason(ended.Error)}."); }
    }

    /// <summary>What an uncaught C++ exception says of itself, on one line.</summary>
    static string Reason(string printed)
    {
        var at = printed.IndexOf("what():", StringComparison.Ordinal);
        var lines = (at < 0 ? printed : printed[(at + "what():".Length)..]).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length > 0 ? lines[0].TrimEnd('.') : "it printed nothing";
    }
}
