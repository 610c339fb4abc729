namespace DetrPerfLab.Cli;

/// <summary>One evaluated artefact; <paramref name="Resumed"/> images were done by an earlier, interrupted run. The reference has no comparison.</summary>
sealed record EvaluationRow(ArtefactInfo Artefact, EngineInfo Engine, DatasetEvaluation Result, int Resumed, EvaluationComparison? Comparison = null)
{
    /// <summary>All that decided the result, beside the images, by the same words on every machine.</summary>
    internal string Options { get; init; } = "";

    internal EvaluationRow ComparedWith(EvaluationRow reference, CocoGroundTruth truth) =>
        this with { Comparison = EvaluationComparison.Of(truth, reference.Result, Result) };
}

/// <summary>Evaluates one artefact after the other, each with a journal that survives an interruption.</summary>
/// <param name="shard">The part of the data set that is run; null for all of it.</param>
sealed class EvaluationRun(CocoDataset dataset, DatasetInfo info, DetectorOptions options, Shard? shard = null) : IDisposable
{
    // 5,000 images of COCO val2017, 300 detections each, are some 200 MiB.
    internal const long LargestJournal = 1 << 30;

    readonly CocoDataset _images = shard is { } part ? dataset.Only(part.Among(dataset.Files).ToHashSet()) : dataset;
    readonly List<Journal<JournalEntry>> _journals = [];

    internal EvaluationRow Evaluate(Func<OpenedEngine> open, Action<long, long> progress, CancellationToken cancellation)
    {
        using var opened = open();
        var engine = opened.Engine.Info;
        var journal = new Journal<JournalEntry>(Path.Combine(LabPaths.ModelCache, "eval"), "eval", $"{KeyOf(opened, options)} {info.Sha256}{(shard is { } part ? $" {part}" : "")}", entry => entry.Detections is not null, LargestJournal);
        _journals.Add(journal);
        var resumed = journal.Entries.Count;
        return new(opened.Artefact, engine, DatasetEvaluator.Evaluate(opened.Engine, opened.Use!, _images, options, progress, cancellation, journal), resumed) { Options = $"{OptionsOf(opened, options)} {CommitProbe.Read(LabPaths.Root)}" };
    }

    /// <summary>What decides an image's result, beside the image: the model, what runs it, what it is given, and the code as it was built here.</summary>
    internal static string KeyOf(OpenedEngine opened, DetectorOptions options) => $"{OptionsOf(opened, options)} {BuildId.Of(typeof(DatasetEvaluator), typeof(VariantRegistry))}";

    /// <summary>The same without the build, which differs between two checkouts of one commit.</summary>
    static string OptionsOf(OpenedEngine opened, DetectorOptions options)
    {
        var (engine, use) = (opened.Engine.Info, opened.Use!);
        return $"{opened.Artefact.Sha256} {engine.Variant} {engine.Runtime} {engine.RuntimeVersion} {use.Preprocessing(options).Describe()} {options.Postprocess} {use.Family} {string.Join(',', use.Classes.Names)}";
    }

    /// <summary>Writes what the last evaluation found as a part that <c>detrlab merge</c> takes.</summary>
    internal void SavePart(string path, EvaluationRow row)
    {
        var header = new PartHeader(PartHeader.Evaluation, shard!.Value, row.Artefact, row.Engine.Variant, info, row.Options, [.. _journals[^1].Entries.Select(e => e.Image)], ThisMachine.Read().Fingerprint);
        EvaluationPart.Save(path, header, _journals[^1].Entries);
    }

    /// <summary>All is done and written: the next run measures anew.</summary>
    internal void Forget()
    {
        Dispose();
        _journals.ForEach(journal => journal.Delete());
    }

    public void Dispose() => _journals.ForEach(journal => journal.Dispose());
}

/// <summary>What <c>detrlab eval</c> shows of detectors.</summary>
static class EvaluationOutput
{
    /// <summary>A file for each variant: the one that was asked for where there is one, else NAME.VARIANT.json.</summary>
    internal static IReadOnlyList<string> Names(IReadOnlyList<string> variants, string file) => variants.Count == 1 ? [file]
        : [.. variants.Select((variant, i) => Path.ChangeExtension(file, $"{(variants.Take(i).Contains(variant) ? $"{variant}-{i + 1}" : variant)}{Path.GetExtension(file)}"))];

    /// <summary>For JSON: one artefact as an object, several as a list below the dataset.</summary>
    internal static object Facts(IReadOnlyList<EvaluationRow> rows, DatasetInfo dataset) => rows is [var only]
        ? new { Model = only.Artefact, dataset.Images, only.Result.Evaluation.Summary, MeanMs = only.Result.Mean, only.Result.LabelsWithoutCategory, only.Result.Notes }
        : new
        {
            Dataset = dataset,
            Variants = rows.Select(r => new
            {
                r.Engine.Variant,
                Model = r.Artefact,
                r.Result.Evaluation.Summary,
                r.Comparison?.ApDifference,
                r.Comparison?.DetectionAp,
                MeanMs = r.Result.Mean,
                r.Result.LabelsWithoutCategory,
                r.Result.Notes,
            }),
        };

    internal static void Print(IReadOnlyList<EvaluationRow> rows, CocoDataset dataset, IReadOnlyList<string> files, TextWriter output)
    {
        if (rows.Count == 1)
        {
            CocoEvalCommand.Print(rows[0].Result.Evaluation.Summary, output);
            if (rows[0].Result.Mean is { } mean) { DetectCommand.PrintTimes(mean, output); }
        }
        else
        {
            output.WriteLine($"{"variant",-26} {"AP, points",10} {"AP50, points",12} {"difference to the first, points [95 %]",-38} {"agrees, points",14} {"model, MiB",10} {TimesHead}  sha256");
            foreach (var row in rows)
            {
                var (summary, mean) = (row.Result.Evaluation.Summary, row.Result.Mean);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{row.Engine.Variant,-26} {Points(summary.Ap),10} {Points(summary.Ap50),12} {row.Comparison?.Text ?? "the reference",-38} {Points(row.Comparison?.DetectionAp),14} {row.Artefact.Bytes / 1048576.0,10:F1} {Times(mean)}  {row.Artefact.Sha256[..12]}"));
            }

            output.WriteLine("Points of AP are of 100. Image: from its file to what was found, the mean; inference is part of it. Agrees: AP with the detections of the reference as ground truth.");
        }

        foreach (var row in rows)
        {
            foreach (var note in row.Result.Notes) { output.WriteLine($"{row.Engine.Variant}: {note}"); }
        }

        foreach (var row in rows.Where(r => r.Resumed > 0)) { output.WriteLine($"{row.Engine.Variant}: {row.Resumed} images were done by an earlier run, which was interrupted and whose times are left out."); }
        foreach (var (row, file) in rows.Zip(files)) { output.WriteLine($"{dataset.Truth.ImageCount} images, {row.Result.Detections.Count} detections, written to {file}{(row.Result.LabelsWithoutCategory is > 0 and var left ? $"; {left} more are of classes that the data set does not have, and were left out" : "")}"); }
    }

    internal static string TimesHead => $"{"image, s",8} {"inference, s",12}";

    /// <summary>Two columns, in seconds: an image, and the network's part.</summary>
    internal static string Times(StageTimes? mean) => mean is { } m ? string.Create(CultureInfo.InvariantCulture, $"{m.TotalMs / 1000,8:F4} {m.InferenceMs / 1000,12:F4}") : $"{"-",8} {"-",12}";

    static string Points(double? fraction) => fraction is { } f ? (100 * f).ToString("F1", CultureInfo.InvariantCulture) : "-";
}
