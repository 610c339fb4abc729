using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab classify IMAGE|DIR… --model NAME|FILE [--top 5] [--json]</c></summary>
static class ClassifyCommand
{
    internal static Command Create()
    {
        var images = new Argument<string[]>("IMAGE|DIR") { Description = "Image files (JPEG, PNG, WebP, BMP, opaque GIF) or folders of them.", Arity = ArgumentArity.OneOrMore };
        var detector = new DetectorArguments(forDetection: false);
        var top = new Option<int>("--top") { Description = "How many classes to show.", DefaultValueFactory = _ => 5 }.Within(1, 1000);
        var recursive = new Option<bool>("--recursive") { Description = "Take the images in the folders below too." };
        var json = SharedOptions.Json();
        var command = new Command("classify", "Tells what whole images show, with a classifier.") { images }.With([.. detector.All, top, recursive, json]);
        command.SetAction((parsed, cancellation) =>
        {
            var files = ImageFiles.Expand(parsed.GetValue(images)!, parsed.GetValue(recursive), out var passedOver);
            if (passedOver is not null) { parsed.InvocationConfiguration.Error.WriteLine($"detrlab: {passedOver}"); }
            using var opened = detector.Open(parsed);
            var use = opened.Use!;
            if (use.Family.Task != ModelTask.Classification) { throw LabError.BadInput($"The model is of family {use.Family}, which finds objects. Use: detrlab detect"); }
            ClassificationEvaluator.RequirePicture(use);
            var classifier = new Classifier(opened.Engine, use, detector.Read(parsed, threshold: 0));
            var (output, error, failed) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, 0);
            var said = new List<object>();
            foreach (var file in files)
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    var best = classifier.Classify(file, parsed.GetValue(top));
                    said.Add(new { File = file, Classes = best.Select(b => new { b.Label, Name = use.NameOf(b.Label), b.Score }), Ms = classifier.Times.TotalMs });
                    if (!parsed.GetValue(json)) { output.WriteLine($"{file}: {string.Join(", ", best.Select(b => string.Create(CultureInfo.InvariantCulture, $"{use.NameOf(b.Label)} {b.Score:F4}")))}"); }
                }
                catch (LabException e)
                {
                    failed++;
                    error.WriteLine($"detrlab: {e.Message}");
                }
            }

            if (parsed.GetValue(json)) { parsed.Answer(json, said, _ => { }); }
            return Task.FromResult((int)(failed == 0 ? ExitCode.Done : files.Count == 1 ? ExitCode.BadInput : ExitCode.CheckFailed));
        });
        return command;
    }
}
