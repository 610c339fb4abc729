using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab export --model NAME|FILE --out FILE [--format onnx|torchscript] [--no-mask]</c></summary>
static class ExportCommand
{
    const string Onnx = "onnx", TorchScript = "torchscript";

    internal static Command Create()
    {
        var model = new Option<string>("--model") { Description = "A model's name (detrlab models list) or a checkpoint.", DefaultValueFactory = _ => "detr-r50" };
        var output = new OutputFile("--out") { Description = "The file to write.", Required = true };
        var format = new Option<string>("--format") { Description = "onnx or torchscript (for torch.jit.load of PyTorch 2).", DefaultValueFactory = _ => Onnx };
        var noMask = new Option<bool>("--no-mask") { Description = "ONNX without the input pixel_mask: for images of one size, without padding." };
        var command = new Command("export", "Exports a DETR as an ONNX model or a TorchScript archive: FP32, batch norm folded, dynamic sizes.") { model, output, format, noMask };
        command.OnlyWith(noMask, "--format onnx", result => result.GetValue(format) == Onnx);
        command.SetAction(parsed =>
        {
            var (kind, path, masked) = (parsed.GetValue(format)!, parsed.GetValue(output)!, !parsed.GetValue(noMask));
            if (kind is not (Onnx or TorchScript)) { throw LabError.UnknownName("format", kind, [Onnx, TorchScript]); }
            var source = ModelZoo.Default.Resolve(parsed.GetValue(model)!);
            if (ModelZoo.Describe(source).Note is { } note) { parsed.InvocationConfiguration.Error.WriteLine(note); }
            var weights = ModelZoo.Load(source);
            if (kind == Onnx) { OnnxFile.Save(DetrExporter.Export(weights, new ExportOptions { PixelMask = masked }), path); }
            else { DetrScript.Save(weights, ScriptPrecision.Float32, path); }
            parsed.InvocationConfiguration.Output.WriteLine($"{path}: {source.Name}, {new FileInfo(path).Length / 1e6:F1} MB, sha256 {FileHash.Sha256(path)}");
        });
        return command;
    }
}
