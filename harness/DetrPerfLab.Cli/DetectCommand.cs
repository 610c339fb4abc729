using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab detect IMAGE|DIR… --model NAME|FILE [--threshold 0.7] [--out DIR] [--draw]</c></summary>
static class DetectCommand
{
    internal static Command Create()
    {
        var images = new Argument<string[]>("IMAGE|DIR") { Description = "Image files (JPEG, PNG, WebP, BMP, opaque GIF) or folders of them.", Arity = ArgumentArity.OneOrMore };
        var detector = new DetectorArguments();
        var threshold = new Option<float>("--threshold") { Description = "Leave out detections with a lower score.", DefaultValueFactory = _ => 0.7f }.Within(0, 1);
        var folder = new OutputFolder("--out") { Description = "Folder for the results.", DefaultValueFactory = _ => "detections" };
        var draw = new Option<bool>("--draw") { Description = "Also write a PNG with boxes and names for each image." };
        var recursive = new Option<bool>("--recursive") { Description = "Take the images in the folders below too." };
        var command = new Command("detect", "Detects objects in images; writes a text file for each image and detections.json for all.") { images }
            .With([.. detector.All, threshold, folder, draw, recursive]);
        command.SetAction((parsed, cancellation) =>
        {
            var files = ImageFiles.Expand(parsed.GetValue(images)!, parsed.GetValue(recursive), out var passedOver);
            if (passedOver is not null) { parsed.InvocationConfiguration.Error.WriteLine($"detrlab: {passedOver}"); }
            var options = detector.Read(parsed, parsed.GetValue(threshold));
            var job = new DetectionJob(files, parsed.GetValue(folder)!, parsed.GetValue(draw));
            WrittenFiles.RequireOwn(job.Outputs);
            using var opened = detector.Open(parsed);
            var pipeline = new DetectorPipeline(opened.Engine, opened.Use!, options);
            using var journal = new Journal<DetectedImage>(Path.Combine(LabPaths.ModelCache, "detect"), "detect", $"{EvaluationRun.KeyOf(opened, options)} {job.Key}",
                entry => entry.Lines is not null && entry.Index >= 0 && entry.Index < files.Count, EvaluationRun.LargestJournal);
            var result = ConsoleProgress.Run("Detecting", report => job.Run(pipeline, report, cancellation, journal));
            journal.Delete();
            if (parsed.GetValue(draw) && result.Images > 0 && DetectionPainter.LabelsMissing is { } why) { parsed.InvocationConfiguration.Error.WriteLine($"detrlab: {why}"); }
            if (result is { Images: > 0, Detections: 0 } && pipeline.Alarm is { } alarm) { parsed.InvocationConfiguration.Error.WriteLine($"detrlab: {alarm}"); }
            return Task.FromResult(Report(result, files.Count, parsed.GetValue(folder)!, parsed.InvocationConfiguration));
        });
        return command;
    }

    internal static void PrintTimes(StageTimes mean, TextWriter output) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"Seconds per image: {mean.TotalMs / 1000:F4} = decode {mean.DecodeMs / 1000:F4} + preprocess {mean.PreprocessMs / 1000:F4} + inference {mean.InferenceMs / 1000:F4} + postprocess {mean.PostprocessMs / 1000:F4}"));

    static int Report(DetectionJobResult result, int files, string folder, InvocationConfiguration console)
    {
        foreach (var failure in result.Failures) { console.Error.WriteLine($"detrlab: {failure.Message}"); }
        if (files == 1 && result.Failures is [var only]) { return (int)only.ExitCode; } // not one among many: the input was bad

        console.Output.WriteLine($"{result.Detections} detections on {result.Images} of {files} images, written to {folder}{(result.Resumed > 0 ? $"; {result.Resumed} images were done by an earlier run, which was interrupted" : "")}");
        if (result.Mean is { } mean) { PrintTimes(mean, console.Output); }
        return (int)(result.Failures.Count == 0 ? ExitCode.Done : ExitCode.CheckFailed);
    }
}
