using System.Text.Json;
using static System.FormattableString;

namespace DetrPerfLab.Cli;

/// <summary>The figures of a pick, as <c>deploy.json</c> keeps them: times in milliseconds, sizes in bytes, loss in points.</summary>
sealed record DeployedFigures(string Variant, Interval SpeedUp, double MedianMs, string Measure, double Points, Interval Loss, long? PeakRssBytes, long ModelBytes, string Sha256);

/// <summary>What <c>deploy.json</c> tells: what the model is, how it is run, what was measured, and on which images.</summary>
sealed record DeployedModel
{
    public required string Source { get; init; }
    public required string SourceIdentity { get; init; }
    public required string Family { get; init; }
    public required string Sha256 { get; init; }
    public required string Picture { get; init; } // what a photograph becomes, in words
    public int Threads { get; init; } // 0: all processors
    public bool Spinning { get; init; } = true;
    public string OptimizationLevel { get; init; } = "all";
    public IReadOnlyList<string> Providers { get; init; } = ["CPUExecutionProvider"];
    public required IReadOnlyDictionary<string, DeployedFigures> Picks { get; init; }
    public required string Pick { get; init; }
    public IReadOnlyList<string> Judged { get; init; } = []; // the images that it was judged on, below the data set's folder of images; empty for built-in pictures
    public IReadOnlyList<string> Calibrated { get; init; } = [];
    public required string Machine { get; init; }
    public required string Commit { get; init; }
    public required DateTimeOffset Made { get; init; }
}

/// <summary>The folder that <c>detrlab optimize</c> writes: model, options, program, proof.</summary>
static class Deployment
{
    internal const string Facts = "deploy.json";
    const string Model = "model.onnx", Program = "Program.cs", Project = "Run.csproj", Labels = "labels.txt", Readme = "README.md";

    internal static IEnumerable<string> FilesIn(string folder) => new[] { Model, Facts, Program, Project, Labels, Readme }.Select(name => Path.Combine(folder, name));

    /// <summary>A folder that this wrote stands for the model in it.</summary>
    internal static string ModelOf(string path) => File.Exists(Path.Combine(path, Facts)) && File.Exists(Path.Combine(path, Model)) ? Path.Combine(path, Model) : path;

    /// <summary>What lies beside a model file that this wrote, as long as the file is that one; null otherwise.</summary>
    internal static DeployedModel? Beside(string model)
    {
        var facts = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(model))!, Facts);
        if (!File.Exists(model) || !File.Exists(facts)) { return null; }
        try { return JsonSerializer.Deserialize<DeployedModel>(InputFile.ReadText(facts), LabJson.Options) is { } found && found.Sha256 == FileHash.Sha256(model) ? found : null; }
        catch (JsonException) { return null; } // another program's file of that name
    }

    internal static void Write(OptimizeOptions options, Judge judge, VariantModel source, IReadOnlyDictionary<PickName, Finalist> picks, Finalist pick)
    {
        Directory.CreateDirectory(options.Out);
        var path = Path.Combine(options.Out, Model);
        OnnxFile.Save(ConversionSource.Load(pick.Arm.Build(options, (_, _) => { }).Path).Saying(source.Use.ToMetadata()).Model, path); // so that the file is understood wherever it lies
        var machine = ThisMachine.Read();
        var facts = new DeployedModel
        {
            Source = source.Name,
            SourceIdentity = source.Identity.Split(' ')[0], // a hash, or synthetic-v1, whose shape the name tells
            Family = source.Use.Family.Name,
            Sha256 = FileHash.Sha256(path),
            Picture = source.Use.Preprocessing(options.Detector).Describe(),
            Threads = pick.Arm.Threads,
            Spinning = pick.Arm.Spinning,
            Picks = picks.ToDictionary(p => p.Key.ToString().ToLowerInvariant(), p => FiguresOf(p.Value, judge)),
            Pick = options.Pick.ToString().ToLowerInvariant(),
            Judged = [.. judge.Judged.Select(options.NameOf)],
            Calibrated = [.. judge.Calibration.Select(options.NameOf)],
            Machine = $"{machine.CpuModel}, {machine.Cores} cores",
            Commit = CommitProbe.Read(LabPaths.Root),
            Made = DateTimeOffset.UtcNow,
        };
        LabJson.Write(Path.Combine(options.Out, Facts), facts);
        AtomicFile.WriteText(Path.Combine(options.Out, Labels), DeployProgram.Labels(source.Use));
        var (program, lack) = ProgramOf(options, source, pick);
        if (program is not null)
        {
            AtomicFile.WriteText(Path.Combine(options.Out, Program), program);
            AtomicFile.WriteText(Path.Combine(options.Out, Project), ProjectText(machine.Packages));
        }

        AtomicFile.WriteText(Path.Combine(options.Out, Readme), ReadmeText(options, judge, facts, picks, pick, lack));
    }

    static DeployedFigures FiguresOf(Finalist f, Judge judge) =>
        new(f.Arm.Name, f.SpeedUp, f.MedianMs, judge.Measure, f.Judged.Points, f.Judged.Loss, f.Run.Memory?.PeakRssBytes, f.Run.Artefact!.Bytes, f.Run.Artefact.Sha256);

    static (string? Text, string? Lack) ProgramOf(OptimizeOptions options, VariantModel source, Finalist pick)
    {
        var threads = pick.Arm.Threads > 0 ? $"{pick.Arm.Threads}" : "Environment.ProcessorCount";
        List<string> session = [$"using var options = new SessionOptions {{ IntraOpNumThreads = {threads}, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL }};"];
        if (!pick.Arm.Spinning) { session.Add("options.AddSessionConfigEntry(\"session.intra_op.allow_spinning\", \"0\");"); }
        try { return (DeployProgram.Create(source.Use, options.Detector, session), null); }
        catch (LabException why) { return (null, why.Message); }
    }

    /// <summary>The versions that were measured. Imports of folders above are off: the program builds wherever it lies.</summary>
    internal static string ProjectText(IReadOnlyDictionary<string, string> packages) => $"""
        <Project>
          <PropertyGroup>
            <ImportDirectoryBuildProps>false</ImportDirectoryBuildProps>
            <ImportDirectoryBuildTargets>false</ImportDirectoryBuildTargets>
            <ImportDirectoryPackagesProps>false</ImportDirectoryPackagesProps>
          </PropertyGroup>
          <Import Project="Sdk.props" Sdk="Microsoft.NET.Sdk" />
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Microsoft.ML.OnnxRuntime" Version="{packages["Microsoft.ML.OnnxRuntime"]}" />
            <PackageReference Include="SkiaSharp" Version="{packages["SkiaSharp"]}" />
            <PackageReference Include="SkiaSharp.NativeAssets.Linux.NoDependencies" Version="{packages["SkiaSharp"]}" />
            <None Include="{Model};{Labels}" CopyToOutputDirectory="PreserveNewest" />
          </ItemGroup>
          <Import Project="Sdk.targets" Sdk="Microsoft.NET.Sdk" />
        </Project>

        """;

    static string ReadmeText(OptimizeOptions options, Judge judge, DeployedModel facts, IReadOnlyDictionary<PickName, Finalist> picks, Finalist pick, string? lack)
    {
        var rows = string.Concat(picks.Select(p => Invariant(
            $"| {p.Key.ToString().ToLowerInvariant()}{(p.Key == options.Pick ? " (this folder)" : "")} | {p.Value.Arm.Name} | {p.Value.SpeedUp.ToString("F2")} | {p.Value.MedianMs:F2} | {p.Value.Judged.Points:F1} | {p.Value.Judged.Loss.ToString("F1")} | {(p.Value.PeakMiB is { } peak ? peak.ToString("F0", CultureInfo.InvariantCulture) : "-")} | {p.Value.ModelMiB:F1} |\n")));
        var data = options.Coco is { } coco ? $"--coco {coco}" : options.ImageFolder is { } folder ? $"--imagefolder {folder}" : null;
        var run = lack ?? $"""
            ```sh
            dotnet run -c Release -- photo.jpg
            ```

            `{Program}` needs the packages of `{Project}` and nothing of the lab. It prints what is found with a score of 0.7 and more.
            """;
        var proof = data is null ? "There were no labels: agreement with FP32 took the place of accuracy, and counts as right what FP32 says, right or wrong."
            : $"""
            ```sh
            detrlab eval --model {options.Out} {data}
            ```

            gives {Invariant($"{judge.Measure} {pick.Judged.Points / 100:F3}")} again: it judges on the {facts.Judged.Count} images of `{Facts}` that nothing was calibrated on.
            """;
        return $"""
            # {facts.Source}, {pick.Arm.Name}

            Made by `detrlab optimize` on {facts.Made:yyyy-MM-dd} with lab commit {facts.Commit}, on {facts.Machine}.

            | pick | variant | speed-up over FP32 [95 %] | median, ms | {judge.Measure} | loss, points [95 %] | peak, MiB | model, MiB |
            |---|---|---:|---:|---:|---:|---:|---:|
            {rows.TrimEnd()}

            Speed-up over ONNX Runtime's FP32 with default options, measured in turns. Judged on {judge.On}; limit {judge.Limit}.

            ## Run it

            {run}

            - model: `{Model}`, sha256 `{facts.Sha256}`, from {facts.Source} (`{facts.SourceIdentity}`)
            - family {facts.Family}: a photograph becomes {facts.Picture}
            - session: {(facts.Threads > 0 ? $"{facts.Threads} threads" : "as many threads as processors")}, {(facts.Spinning ? "spinning" : "not spinning")}, all graph optimisations, on the processor

            ## The proof

            {proof}

            ```sh
            detrlab optimize --model {options.Model}{(data is null ? "" : $" {data}")}{(options.Calibrate is { } calibrate ? $" --calibrate {calibrate}" : "")} {judge.Limit} --out {options.Out}
            detrlab inspect {Path.Combine(options.Out, Model)}
            ```

            measures all of it again.

            """;
    }
}
