using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab inspect MODEL [--json]</c>: what a model is and who says so; the first thing to run on a stranger's file.</summary>
static class InspectCommand
{
    const int MostNames = 12;

    internal static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model's name (detrlab models list), a checkpoint, an ONNX file or a TorchScript file." };
        var (family, json) = (new FamilyArguments(), SharedOptions.Json());
        var command = new Command("inspect", "Shows what a model is: family, inputs, outputs, classes, operations, precision, and where that knowledge comes from.") { model };
        command.With([.. family.All, json]);
        command.SetAction(parsed =>
        {
            var report = ModelReport.Of(parsed.GetValue(model)!, family.Read(parsed));
            parsed.Answer(json, report, output => Print(report, output));
        });
        return command;
    }

    static void Print(ModelReport report, TextWriter output)
    {
        Line("model", report.Name);
        Line("format", $"{report.Format}{(report.Producer is { } producer ? $", made by {producer}" : "")}");
        if (report.Bytes > 0) { Line("size", string.Create(CultureInfo.InvariantCulture, $"{report.Bytes:N0} bytes ({report.Bytes / 1048576.0:F1} MiB), sha256 {report.Sha256}")); }
        if (report.Parameters > 0) { Line("parameters", string.Create(CultureInfo.InvariantCulture, $"{report.Parameters:N0}")); }
        Line("family", report.Family is null ? $"not understood. {report.NotUnderstood}" : $"{report.Family}, from {report.FamilySource}");
        Lines("inputs", report.Inputs);
        Lines("outputs", report.Outputs);
        if (report.Picture is not null) { Line("pictures", $"{report.Picture}, from {report.PictureSource}"); }
        if (report.Family is not null)
        {
            var names = report.ClassNames;
            Line("classes", $"{report.Classes}, names: {report.ClassSource}{(names.Count == 0 ? "" : $": {string.Join(", ", names.Take(MostNames))}{(names.Count > MostNames ? $" and {names.Count - MostNames} more" : "")}")}");
        }

        if (report.Flops is { } flops) { Line("operations", string.Create(CultureInfo.InvariantCulture, $"{flops / 1e9:F2} GFLOP a picture at {report.FlopsSize}, a multiply-add as two")); }
        if (report.Precision is { } precision) { Line("weights", precision); }
        if (report.Opset is { } opset) { Line("opset", $"{opset}"); }
        if (report.Operators.Count > 0) { Line("nodes", $"{report.Operators.Sum(o => o.Nodes)}: {string.Join(", ", report.Operators.Take(MostNames).Select(o => $"{o.Nodes} {o.Operator}"))}{(report.Operators.Count > MostNames ? " …" : "")}"); }
        if (report.Operators.Count > 0) { Line("quantised", report.Quantised.Count == 0 ? "nothing" : string.Join("; ", report.Quantised)); }
        foreach (var note in report.Notes) { Line("note", note); }

        void Line(string name, string value) => output.WriteLine($"{name,-11} {value}");
        void Lines(string name, IReadOnlyList<string> values)
        {
            for (var i = 0; i < values.Count; i++) { Line(i == 0 ? name : "", values[i]); }
        }
    }
}
