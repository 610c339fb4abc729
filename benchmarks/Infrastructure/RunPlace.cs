using BenchmarkDotNet.Toolchains;
using DetrPerfLab.Cli;

namespace DetrPerfLab.Benchmarks;

/// <summary>What a run reads and writes; tests put folders and processes of their own in.</summary>
/// <param name="Machine">This one.</param>
/// <param name="Results">Folder of result files.</param>
/// <param name="Plots">Folder of charts; null draws none.</param>
/// <param name="Artifacts">Folder of BenchmarkDotNet's logs and exports and of our journals.</param>
/// <param name="Toolchain">Starts the cases' processes.</param>
/// <param name="Output">The screen.</param>
sealed record RunPlace(MachineInfo Machine, string Results, string? Plots, string Artifacts, IToolchain Toolchain, TextWriter Output)
{
    /// <summary>The checkout on this machine. Quick results have wide intervals and must not take the place of full ones.</summary>
    internal static RunPlace Of(RunOptions options) => new(
        options.AsksOnly ? ThisMachine.Read() : ThisMachine.ReadWithPeaks(LabPaths.ModelCache),
        options.Quick ? Path.Combine(LabPaths.Results, "quick") : LabPaths.Results,
        options.Quick ? Path.Combine(LabPaths.Plots, "quick") : LabPaths.Plots,
        Path.Combine(LabPaths.Root, "benchmarks", "BenchmarkDotNet.Artifacts"), // ignored by git
        HostBinariesToolchain.Instance,
        Console.Out);
}
