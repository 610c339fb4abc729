using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab bench --model NAME|FILE --variants a,b,c [--baseline a] [--rounds 15] [--json]</c></summary>
static class BenchCommand
{
    internal static Command Create()
    {
        var model = new Option<string>("--model") { Description = "A model of the zoo, a checkpoint or an ONNX file.", DefaultValueFactory = _ => BenchOptions.DefaultModel };
        var variants = new Option<string?>("--variants")
        {
            Description = $"Variants, separated by commas, or 'all'; by default {string.Join(',', BenchOptions.DefaultVariants(BenchOptions.DefaultModel))}. Known: {string.Join(", ", VariantRegistry.All.Select(v => v.Name))}.",
        };
        var baseline = new Option<string?>("--baseline") { Description = $"Variant that the others are compared with; by default {VariantName.Baseline} where it takes part, else the first." };
        var rounds = new Option<int>("--rounds") { Description = "Rounds; each times every variant once. Intervals need 6.", DefaultValueFactory = _ => 15 }.Within(1, 10_000);
        var size = new Option<int?>("--size") { Description = "Shorter side of the image, pixels; the longer is 4/3 of it, or as long for models of square pictures. By default the model's own: 800 of a DETR, 224 of most classifiers." }.Within(32, 2048);
        var seed = new Option<ulong>("--seed") { Description = "Decides the order in each round and which runs are audited.", DefaultValueFactory = _ => 1 };
        var threads = SharedOptions.Threads();
        var results = new OutputFolder("--results", "--out") { Description = "Folder of result files.", DefaultValueFactory = _ => LabPaths.Results };
        var restart = new Option<bool>("--restart") { Description = "Drop the rounds of an interrupted run instead of going on with it." };
        var noCharts = new Option<bool>("--no-charts") { Description = "Draw no charts." };
        var json = new Option<bool>("--json") { Description = "Print the results as JSON, and nothing else on standard output." };
        var command = new Command("bench", "Times variants in turns, in random order, each in a process of its own; checks their outputs while it does. Ctrl+C and the same command again go on.")
        {
            model, variants, baseline, rounds, size, seed, threads, results, restart, noCharts, json,
        };
        var family = new FamilyArguments();
        command.With(family.All);
        // On a thread of its own: the handler of Ctrl+C is set once this returns.
        command.SetAction((parsed, cancellation) => Task.Run(
            () => (int)new BenchSession(
                new()
                {
                    Model = parsed.GetValue(model)!,
                    Variants = parsed.GetValue(variants) switch
                    {
                        null => BenchOptions.DefaultVariants(parsed.GetValue(model)!),
                        "all" => [.. VariantRegistry.All.Select(v => v.Name)],
                        var list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                    },
                    Baseline = parsed.GetValue(baseline),
                    Rounds = parsed.GetValue(rounds),
                    Size = parsed.GetValue(size),
                    Seed = parsed.GetValue(seed),
                    Threads = parsed.GetValue(threads),
                    Family = family.Read(parsed),
                    Results = parsed.GetValue(results)!,
                    Restart = parsed.GetValue(restart),
                    Charts = !parsed.GetValue(noCharts),
                    Json = parsed.GetValue(json),
                },
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error).Run(cancellation),
            CancellationToken.None));
        return command;
    }
}
