using DetrPerfLab.Benchmarks.Infrastructure;
using DetrPerfLab.Core;

namespace DetrPerfLab.Benchmarks;

/// <summary>The lab's own options; all others are BenchmarkDotNet's.</summary>
/// <param name="Quick">Few repeats; results are kept apart from those of full runs.</param>
/// <param name="Restart">Measures everything, also what an interrupted run has measured.</param>
/// <param name="Verbose">BenchmarkDotNet's log on the screen too.</param>
/// <param name="Model">A name or file, as <c>detrlab models list</c> shows them.</param>
/// <param name="Rest">For BenchmarkDotNet.</param>
sealed record RunOptions(bool Quick, bool Restart, bool Verbose, string Model, string[] Rest)
{
    internal static RunOptions Parse(IReadOnlyList<string> args)
    {
        var (quick, restart, verbose, model, rest) = (false, false, false, BenchmarkModel.Default, new List<string>());
        for (var i = 0; i < args.Count; i++)
        {
            switch (args[i])
            {
                case "--quick":
                    quick = true;
                    break;
                case "--restart":
                    restart = true;
                    break;
                case "--verbose":
                    verbose = true;
                    break;
                case "--model":
                    model = ++i < args.Count ? args[i] : throw LabError.OutOfRange("missing", "a model's name or file", "--model");
                    break;
                default:
                    rest.Add(args[i]);
                    break;
            }
        }

        var options = new RunOptions(quick, restart, verbose, model, [.. rest]);
        // Without a filter BenchmarkDotNet asks on the terminal.
        return options.AsksOnly || rest.Any(a => a is "--filter" or "-f") ? options : options with { Rest = ["--filter", "*", .. rest] };
    }

    /// <summary>Whether something is asked that runs nothing.</summary>
    internal bool AsksOnly => Rest.Any(a => a is "--list" or "--help" or "--info" or "--version");
}
