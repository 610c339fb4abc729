using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab export --model NAME|FILE --out FILE [--format onnx|torchscript] [--precision P] [--no-mask]</c></summary>
static class ExportCommand
{
    const string Onnx = "onnx", TorchScript = "torchscript", Fp32 = "fp32";

    /// <summary>By what is said of them: the variants on libtorch that run an archive.</summary>
    static readonly IReadOnlyDictionary<string, TorchScriptRecipe> s_scripts = VariantRegistry.All.Where(v => v.Recipe is TorchScriptRecipe)
        .ToDictionary(v => v.Name[(v.Name.IndexOf('-', StringComparison.Ordinal) + 1)..], v => (TorchScriptRecipe)v.Recipe!, StringComparer.Ordinal);

    internal static Command Create()
    {
        var model = new Option<string>("--model") { Description = "A model's name (detrlab models list) or a checkpoint.", DefaultValueFactory = _ => "detr-r50" };
        var output = new OutputFile("--out") { Description = "The file to write.", Required = true };
        var format = new Option<string>("--format") { Description = "onnx or torchscript (for torch.jit.load of PyTorch 2).", DefaultValueFactory = _ => Onnx };
        var precision = new Option<string>("--precision")
        {
            Description = $"Of a TorchScript archive: {string.Join(", ", s_scripts.Keys)}. The fused ones compute through oneDNN's operators, for libtorch on x86; int8-static is calibrated as ort-int8-static is.",
            DefaultValueFactory = _ => Fp32,
        };
        var noMask = new Option<bool>("--no-mask") { Description = "ONNX without the input pixel_mask: for images of one size, without padding." };
        var command = new Command("export", "Exports a DETR as an ONNX model or a TorchScript archive: batch norm folded, dynamic sizes, FP32 unless --precision says otherwise.") { model, output, format, precision, noMask };
        command.OnlyWith(noMask, "--format onnx", result => result.GetValue(format) == Onnx);
        command.SetAction(parsed =>
        {
            var (kind, path, masked) = (parsed.GetValue(format)!, parsed.GetValue(output)!, !parsed.GetValue(noMask));
            if (kind is not (Onnx or TorchScript)) { throw LabError.UnknownName("format", kind, [Onnx, TorchScript]); }
            if (!s_scripts.TryGetValue(parsed.GetValue(precision)!, out var recipe)) { throw LabError.UnknownName("precision", parsed.GetValue(precision)!, s_scripts.Keys); }
            if (kind == Onnx && parsed.GetValue(precision) != Fp32) { throw LabError.BadInput($"--precision {parsed.GetValue(precision)} is of a TorchScript archive. Add --format torchscript; for ONNX use 'detrlab quantize'."); }
            var source = ModelZoo.Default.Resolve(parsed.GetValue(model)!);
            if (ModelZoo.Describe(source).Note is { } note) { parsed.InvocationConfiguration.Error.WriteLine(note); }
            if (kind == Onnx) { OnnxFile.Save(DetrExporter.Export(ModelZoo.Load(source), new ExportOptions { PixelMask = masked }), path); }
            else
            {
                var known = VariantModel.Of(parsed.GetValue(model)!);
                var artefact = ConsoleProgress.Run("exporting", progress => new ArtefactCache(LabPaths.ModelCache).Get(known, recipe, (_, done, of) => progress(done, of)));
                using var archive = File.OpenRead(artefact.Path);
                AtomicFile.Write(path, archive.CopyTo);
            }

            parsed.InvocationConfiguration.Output.WriteLine($"{path}: {source.Name}, {new FileInfo(path).Length / 1e6:F1} MB, sha256 {FileHash.Sha256(path)}");
        });
        return command;
    }
}
