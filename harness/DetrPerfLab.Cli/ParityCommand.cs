using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab parity --cases DIR [--engine NAME…]</c></summary>
static class ParityCommand
{
    internal static Command Create()
    {
        var cases = new Option<string>("--cases") { Description = "Folder with a manifest.json of expected outputs.", Required = true };
        var engines = new Option<string[]>("--engine")
        {
            Description = "torch, torchscript, ort, or a variant's name; default: the first three.",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("parity", "Compares outputs with those of the original DETR code; exit code 1 beyond 2e-4 on logits or 2e-5 on boxes.") { cases, engines };
        command.SetAction(parsed => Run(
            new ParityRunner(parsed.GetValue(cases)!, new ArtefactCache(LabPaths.ModelCache)),
            parsed.GetValue(engines) is { Length: > 0 } named ? [.. named.SelectMany(ParityRunner.VariantsOf).Distinct()] : ParityRunner.DefaultVariants,
            parsed.InvocationConfiguration.Output));
        return command;
    }

    static int Run(ParityRunner runner, IReadOnlyList<string> variants, TextWriter output)
    {
        output.WriteLine($"Reference: {runner.Reference}");
        output.WriteLine($"{"case",-20} {"variant",-20} {"stage",-18} {"max abs",10} {"bound",8}");
        var broken = 0;
        foreach (var row in runner.Run(variants))
        {
            broken += row.Holds ? 0 : 1;
            var bound = row.Bound?.ToString("0E+0", CultureInfo.InvariantCulture) ?? "-";
            output.WriteLine($"{row.Case,-20} {row.Variant,-20} {row.Stage,-18} {row.MaxAbs.ToString("0.00E+0", CultureInfo.InvariantCulture),10} {bound,8}{(row.Holds ? "" : "  BEYOND")}");
        }

        output.WriteLine(broken == 0 ? "All within their bounds." : $"{broken} beyond their bounds.");
        return (int)(broken == 0 ? ExitCode.Done : ExitCode.CheckFailed);
    }
}
