using System.CommandLine;
using DetrPerfLab.Core;
using DetrPerfLab.Models;
using DetrPerfLab.Onnx;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab export --model NAME|FILE --out FILE.onnx [--no-mask]</c></summary>
static class ExportCommand
{
    internal static Command Create()
    {
        var model = new Option<string>("--model") { Description = "A model's name (detrlab models list) or a checkpoint.", DefaultValueFactory = _ => "detr-r50" };
        var output = new Option<string>("--out") { Description = "The ONNX file to write.", Required = true };
        var noMask = new Option<bool>("--no-mask") { Description = "Leave the input pixel_mask out: for images of one size, without padding." };
        var command = new Command("export", "Writes a DETR as an ONNX model in FP32, batch norm folded, sizes dynamic.") { model, output, noMask };
        command.SetAction(parsed =>
        {
            var source = ModelZoo.Default.Resolve(parsed.GetValue(model)!);
            if (source.Note is { } note) { parsed.InvocationConfiguration.Error.WriteLine(note); }
            var exported = DetrExporter.Export(ModelZoo.Load(source), new ExportOptions { PixelMask = !parsed.GetValue(noMask) });
            var path = parsed.GetValue(output)!;
            OnnxFile.Save(exported, path);
            parsed.InvocationConfiguration.Output.WriteLine($"{path}: {source.Name}, {new FileInfo(path).Length / 1e6:F1} MB, sha256 {FileHash.Sha256(path)}");
            return (int)ExitCode.Done;
        });
        return command;
    }
}
