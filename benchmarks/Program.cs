using DetrPerfLab.Benchmarks;

try
{
    var options = RunOptions.Parse(args);
    if (options.Rest is ["--help"]) { RunOptions.WriteHelp(Console.Out); }
    // Suites read these when BenchmarkDotNet looks at them; cases get them handed on. Their folder is another, so paths must be whole.
    Environment.SetEnvironmentVariable(BenchmarkModel.Variable, File.Exists(options.Model) ? Path.GetFullPath(options.Model) : options.Model);
    if (options.Calibrate is { } folder) { Environment.SetEnvironmentVariable(CalibrationChoice.FolderVariable, Path.GetFullPath(folder)); }
    if (options.KeepList is { } table) { Environment.SetEnvironmentVariable(CalibrationChoice.KeepListVariable, Path.GetFullPath(table)); }
    if (options.Family is { } family) { Environment.SetEnvironmentVariable(VariantModel.FamilyVariable, family); }
    Environment.SetEnvironmentVariable(RunOptions.QuickVariable, options.Quick ? "1" : "0");
    if (options.Gate is { } reference) { return SuiteGate.Run(reference, options, LabConfig.Suites); }
    using var run = new BenchmarkRun(options, RunPlace.Of(options));
    return (int)run.Run(LabConfig.Suites);
}
catch (LabException mistake)
{
    Console.Error.WriteLine($"benchmarks: {mistake.Message}");
    return (int)mistake.ExitCode;
}
