namespace DetrPerfLab.Vision;

/// <summary>What a job over many images did: how many went well, how many of them in an earlier run, what was found, the mean time of this run's; and why the others failed.</summary>
public sealed record DetectionJobResult(int Images, int Resumed, int Detections, StageTimes? Mean, IReadOnlyList<LabException> Failures);

/// <summary>One image that is done: its place in the job, and its lines of <c>detections.json</c>.</summary>
public sealed record DetectedImage(int Index, IReadOnlyList<string> Lines);

/// <summary>Detects on many images and writes the results: a text file and perhaps a picture for each, and <c>detections.json</c> for all.</summary>
/// <param name="draw">Adds a PNG with boxes and names for each image.</param>
public sealed class DetectionJob(IReadOnlyList<string> files, string folder, bool draw)
{
    readonly IReadOnlyList<string> _names = ImageFiles.OutputNames(files), _jsonNames = ImageFiles.JsonNames(files);
    readonly IReadOnlyList<long> _ids = ImageFiles.Numbers(files);

    /// <summary>All that the job writes; see <see cref="WrittenFiles"/>.</summary>
    public IEnumerable<string> Outputs => Enumerable.Range(0, files.Count).SelectMany(OutputsOf).Append(Json);

    /// <summary>What decides the results, beside the model and the program: the images as they are on the disk, and where the results go.</summary>
    public string Key => $"{OutputPath.Real(folder)} {draw} {string.Join('|', files.Select(f => new FileInfo(f)).Select(f => $"{f.FullName} {f.Length} {f.LastWriteTimeUtc.Ticks}"))}";

    string Json => Path.Combine(folder, "detections.json");

    /// <summary>
    /// Runs. An image that fails is left out and reported; the others go on. Those of the journal whose files are still there are not run again.
    /// Progress is told as (done, of all). A cancellation stops between two images: what was written stays, <c>detections.json</c> is not written.
    /// </summary>
    public DetectionJobResult Run(DetectorPipeline pipeline, Action<long, long>? progress = null, CancellationToken cancellation = default, Journal<DetectedImage>? journal = null)
    {
        journal?.Forget(entry => !OutputsOf(entry.Index).All(File.Exists));
        var done = new SortedDictionary<int, IReadOnlyList<string>>(journal?.Entries.DistinctBy(e => e.Index).ToDictionary(e => e.Index, e => e.Lines) ?? []);
        var (resumed, failures, times) = (done.Count, new List<LabException>(), new List<StageTimes>());
        for (var i = 0; i < files.Count; i++)
        {
            if (done.ContainsKey(i)) { continue; }
            cancellation.ThrowIfCancellationRequested();
            try
            {
                done[i] = Detect(pipeline, i);
                times.Add(pipeline.Times);
                journal?.Add(new(i, done[i]));
            }
            catch (LabException e)
            {
                failures.Add(e);
            }

            progress?.Invoke(done.Count + failures.Count, files.Count);
        }

        if (done.Count > 0) { DetectionJson.Save(Json, done.Values.SelectMany(lines => lines)); }
        return new(done.Count, resumed, done.Values.Sum(lines => lines.Count), StageTimes.Mean(times), failures);
    }

    IReadOnlyList<string> Detect(DetectorPipeline pipeline, int i)
    {
        List<Detection> detections = [.. pipeline.Detect(files[i]).Select(d => d.Inside(pipeline.Photograph.Size))];
        AtomicFile.WriteText(OutputsOf(i).First(), DetectionText.Format(pipeline.Times.InferenceMs, detections, pipeline.Labels));
        if (draw)
        {
            DetectionPainter.Draw(pipeline.Photograph, detections, pipeline.Labels.Name);
            ImageWriter.SavePng(pipeline.Photograph, OutputsOf(i).Last());
        }

        return [.. DetectionJson.Lines(_ids[i], _jsonNames[i], detections, pipeline.Labels)];
    }

    IEnumerable<string> OutputsOf(int image) => (draw ? [".txt", ".png"] : (string[])[".txt"]).Select(ending => Path.Combine(folder, _names[image] + ending));
}
