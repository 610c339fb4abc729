namespace DetrPerfLab.Cli;

/// <summary>One evaluated classifier; the first of several is what the others are compared with.</summary>
sealed record ClassificationRow(ArtefactInfo Artefact, EngineInfo Engine, ModelUse Use, ClassificationEvaluation Result, int Resumed)
{
    internal Interval? Difference { get; init; } // top-1 minus the reference's
    internal double? Agreement { get; init; } // share of pictures whose first class is the reference's
}

/// <summary><c>detrlab eval --imagefolder DIR</c>: how often classifiers are right, one after the other, each with a journal that survives an interruption.</summary>
sealed class ImageFolderEval(ImageFolder data, DatasetInfo info, DetectorOptions options) : IDisposable
{
    const long LargestJournal = 1 << 30; // ImageNet's 50,000 pictures are some 20 MiB

    readonly List<Journal<ClassifiedPicture>> _journals = [];

    internal ClassificationRow Evaluate(Func<OpenedEngine> open, Action<long, long> progress, CancellationToken cancellation)
    {
        using var opened = open();
        var (engine, use) = (opened.Engine.Info, opened.Use!);
        var journal = new Journal<ClassifiedPicture>(Path.Combine(LabPaths.ModelCache, "eval"), "classify", $"{EvaluationRun.KeyOf(opened, options)} {info.Sha256}", entry => entry.Best is { Count: > 0 }, LargestJournal);
        _journals.Add(journal);
        var resumed = journal.Entries.Count;
        return new(opened.Artefact, engine, use, ClassificationEvaluator.Evaluate(opened.Engine, use, data, options, progress, cancellation, journal), resumed);
    }

    internal static IReadOnlyList<ClassificationRow> Compared(IReadOnlyList<ClassificationRow> rows) => [.. rows.Select((row, i) => i == 0 ? row : row with
    {
        Difference = row.Result.MinusOf(rows[0].Result),
        Agreement = row.Result.AgreementWith(rows[0].Result),
    })];

    /// <summary>A list of what was said of each picture; of several classifiers one file each.</summary>
    internal static void Save(IReadOnlyList<ClassificationRow> rows, IReadOnlyList<string> files)
    {
        foreach (var (row, path) in rows.Zip(files))
        {
            LabJson.Write(path, row.Result.Pictures.Select(p => new { p.Picture, Classes = p.Best.Select(b => new { b.Label, Name = row.Use.NameOf(b.Label), b.Score }) }));
        }
    }

    internal void Record(string folder, IReadOnlyList<ClassificationRow> rows)
    {
        var commit = CommitProbe.Read(LabPaths.Root);
        LabResults.Open(folder).MergeAccuracy(ThisMachine.Read(), rows.Select(row => new AccuracyResult
        {
            Dataset = info,
            Artefact = row.Artefact,
            Variant = row.Engine.Variant,
            Runtime = row.Engine.Runtime,
            Size = row.Result.Side,
            Evaluated = DateTimeOffset.UtcNow,
            Commit = commit,
            Top1 = row.Result.Top1.Value,
            Top5 = row.Result.Top5.Value,
            Reference = row.Difference is null ? null : rows[0].Artefact,
            Top1Difference = row.Difference,
        }));
    }

    internal object Facts(IReadOnlyList<ClassificationRow> rows) => new
    {
        Dataset = info,
        DatasetNotes = data.Notes,
        Variants = rows.Select(r => new { r.Engine.Variant, Model = r.Artefact, r.Result.Top1, r.Result.Top5, r.Difference, r.Agreement, MeanMs = r.Result.Mean, r.Result.Notes }),
    };

    internal void Print(IReadOnlyList<ClassificationRow> rows, IReadOnlyList<string> files, TextWriter output)
    {
        output.WriteLine($"{"variant",-26} {"top-1, % [95 %]",-20} {"top-5, %",8} {"difference, points [95 %]",-26} {"agrees, %",9} {"model, MiB",10} {EvaluationOutput.TimesHead}  sha256");
        foreach (var row in rows)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{row.Engine.Variant,-26} {row.Result.Top1.Scale(100).ToString("0.0"),-20} {100 * row.Result.Top5.Value,8:F1} {row.Difference?.Scale(100).ToString("+0.0;-0.0;0.0") ?? "the reference",-26} {(row.Agreement is { } a ? (100 * a).ToString("F1", CultureInfo.InvariantCulture) : "-"),9} {row.Artefact.Bytes / 1048576.0,10:F1} {EvaluationOutput.Times(row.Result.Mean)}  {row.Artefact.Sha256[..12]}"));
        }

        foreach (var row in rows)
        {
            foreach (var note in row.Result.Notes) { output.WriteLine($"{row.Engine.Variant}: {note}"); }
            if (row.Resumed > 0) { output.WriteLine($"{row.Engine.Variant}: {row.Resumed} pictures were done by an earlier run, which was interrupted and whose times are left out."); }
        }

        foreach (var note in data.Notes) { output.WriteLine($"{info.Name}: {note}"); }
        foreach (var (_, file) in rows.Zip(files)) { output.WriteLine($"{info.Images} pictures of {data.Classes.Count} classes, written to {file}"); }
    }

    /// <summary>All is done and written: the next run measures anew.</summary>
    internal void Forget()
    {
        Dispose();
        _journals.ForEach(journal => journal.Delete());
    }

    public void Dispose() => _journals.ForEach(journal => journal.Dispose());
}
