using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Text.Json;

namespace DetrPerfLab.Cli;

/// <summary>One of the two that a gate compares: a model file, a build of this lab, or any program that speaks the protocol.</summary>
abstract class GateSide
{
    /// <summary>As the user named it.</summary>
    internal required string Text { get; init; }

    /// <summary>All that decides what is measured: two sides of one identity are the same thing.</summary>
    internal abstract string Identity { get; }

    /// <summary>Whether its units tell what the lab's own do: outputs, allocated bytes, the optimised graph.</summary>
    internal virtual bool IsLab => true;
    internal virtual bool NeedsModel => false;

    /// <summary>Images that it was proven on, below the data set's folder of images; empty where none are told apart.</summary>
    internal virtual IReadOnlyList<string> Judged => [];

    /// <summary>Builds and copies what the units run, before anything is timed.</summary>
    internal abstract void Prepare(IReadOnlyList<GateCaseName> cases, Action<string> say);

    /// <param name="copy">The byte-identical copy.</param>
    /// <param name="outputs">Where its outputs go; null for a unit that is timed.</param>
    internal abstract ProcessStartInfo Unit(GateCaseName one, bool copy, string? outputs, double slower = 0);

    /// <summary>COCO AP, in [0, 1], by the side's own evaluation.</summary>
    /// <param name="images">List of the images to judge on, or <c>all</c>.</param>
    internal virtual double Ap(GateCaseName one, string coco, string images, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>The side that a text stands for: a model, a <c>deploy/</c> folder, a folder or a git ref of this lab.</summary>
    /// <param name="option">For messages.</param>
    internal static GateSide Of(string text, string option, int threads, FamilyOptions family)
    {
        if (Deployment.ModelOf(text) is var model && model != text) { return new ModelSide(model, threads, family, Deployment.Beside(model)) { Text = text }; }
        if (File.Exists(text)) { return new ModelSide(text, threads, family, Deployment.Beside(text)) { Text = text }; }
        if (Directory.Exists(text))
        {
            return GateCheckout.IsLab(text) ? new BuildSide(new GateCheckout(Path.GetFullPath(text), Commit: null), threads) { Text = text }
                : throw LabError.BadInput($"Folder '{text}' holds neither deploy.json with model.onnx nor a checkout of this lab. Name a model file, a folder that 'detrlab optimize' wrote, a checkout or a git ref with {option}.");
        }

        if (ModelZoo.Default.List().Any(m => m.Name == text)) { return new ModelSide(text, threads, family, null) { Text = text }; }
        return GateCheckout.OfRef(text) is { } checkout ? new BuildSide(checkout, threads) { Text = text }
            : throw LabError.BadInput($"'{text}' is no model file, no folder, no model's name and no git ref here. Name one of them with {option}, or a program with {option}-command.");
    }

    /// <summary>Height and width of a case's image: of a detector 4:3, as its photographs are.</summary>
    static protected WorkerRequest Request(string model, GateCaseName one, int side, int threads, string cache) =>
        new(model, one.Variant, one.Side ?? side, (one.Side ?? side) * 4 / 3, threads, cache);
}

/// <summary>A model: a file, what <c>detrlab optimize</c> wrote, or a name of the zoo; this build runs it.</summary>
sealed class ModelSide(string model, int threads, FamilyOptions family, DeployedModel? deployed) : GateSide
{
    readonly VariantModel _model = VariantModel.Of(model, family: family);
    string? _copy;

    static string CopyCache => Path.Combine(GateOptions.Cache, "copy");

    internal override string Identity => $"{_model.Identity} {_model.Use.Family} {Threads} {Spinning} {BuildId.Of(typeof(VariantRegistry))}";

    int Threads => threads > 0 ? threads : deployed?.Threads ?? 0;
    bool Spinning => deployed?.Spinning ?? true;

    internal override void Prepare(IReadOnlyList<GateCaseName> cases, Action<string> say)
    {
        _copy = model;
        if (_model.Onnx is { Header.HasExternalData: false })
        {
            _copy = Path.Combine(CopyCache, $"{Path.GetFileNameWithoutExtension(model)}-{FileHash.Sha256(model)[..12]}.onnx");
            Copy(model, _copy);
        }

        foreach (var one in cases)
        {
            if (VariantRegistry.Get(one.Variant).Recipe is not { } recipe || recipe.Ready(_model) is not null) { continue; }
            var artefact = ConsoleProgress.Run($"building {one}", report => new ArtefactCache(LabPaths.ModelCache).Get(_model, recipe, (_, done, of) => report(done, of)));
            foreach (var file in new[] { artefact.Path, artefact.Path + ".json" }) { Copy(file, Path.Combine(CopyCache, Path.GetRelativePath(LabPaths.ModelCache, file))); }
        }
    }

    internal override ProcessStartInfo Unit(GateCaseName one, bool copy, string? outputs, double slower = 0) => EngineProgram.Unit(new(
        Request(copy ? _copy! : model, one, _model.Use.Side, Threads, copy ? CopyCache : LabPaths.ModelCache) with
        {
            Spinning = Spinning,
            Use = family == new FamilyOptions() ? null : JsonSerializer.Serialize(family, LabJson.OneLine),
        })
    { Outputs = outputs, Slower = slower });

    internal override IReadOnlyList<string> Judged => deployed?.Judged ?? [];

    internal override double Ap(GateCaseName one, string coco, string images, CancellationToken cancellation) => GateEvaluation.Ap(Path.Combine(AppContext.BaseDirectory, "detrlab.dll"), model, one, coco, images, family, cancellation);

    static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        if (!File.Exists(to) || FileHash.Sha256(to) != FileHash.Sha256(from)) { AtomicFile.Write(to, stream => { using var source = File.OpenRead(from); source.CopyTo(stream); }); }
    }
}

/// <summary>A build of this lab, of a commit or of a folder; its own code, on its own packages, runs the cases.</summary>
sealed class BuildSide(GateCheckout checkout, int threads) : GateSide
{
    readonly Dictionary<string, int> _sides = []; // of the images, by model: to find one out hashes its weights

    internal override string Identity => checkout.Identity;
    internal override bool NeedsModel => true;

    internal override void Prepare(IReadOnlyList<GateCaseName> cases, Action<string> say)
    {
        foreach (var model in cases.Select(c => c.Model!).Distinct()) { _sides[model] = VariantModel.Of(model).Use.Side; }
        checkout.Build(say);
        checkout.CopyProgram();
    }

    internal override double Ap(GateCaseName one, string coco, string images, CancellationToken cancellation) => GateEvaluation.Ap(checkout.Command, one.Model!, one, coco, images, new(), cancellation);

    internal override ProcessStartInfo Unit(GateCaseName one, bool copy, string? outputs, double slower = 0) => EngineProgram.Unit(
        new(Request(one.Model!, one, _sides[one.Model!], threads, checkout.ModelCache)) { Outputs = outputs, Slower = slower }, checkout.Program(copy));
}

/// <summary>Any program that speaks the protocol of <see cref="GateProtocol"/>. Its copy is the same command: nobody knows which files it is.</summary>
sealed class CommandSide : GateSide
{
    readonly string[] _words;

    internal CommandSide(string option, string command)
    {
        _words = [.. CommandLineParser.SplitCommandLine(command)];
        if (_words.Length == 0) { throw LabError.BadInput($"{option} is empty, needed a program and its arguments, for example {option} \"dotnet pipeline.dll\"."); }
    }

    internal override string Identity => $"command {Text}";
    internal override bool IsLab => false;

    internal override void Prepare(IReadOnlyList<GateCaseName> cases, Action<string> say)
    {
        // A program is there, or its first unit says that it is not.
    }

    internal override ProcessStartInfo Unit(GateCaseName one, bool copy, string? outputs, double slower = 0) => new(_words[0], _words[1..]);
}
