namespace DetrPerfLab.Vision;

/// <summary>What a job over many images did: how many went well, what was found on them, their mean time per image; and why the others failed.</summary>
public sealed record DetectionJobResult(int Images, int Detections, StageTimes Mean, IReadOnlyList<LabException> Failures);

/// <summary>Detects on many images and writes the results: a text file and perhaps a picture for each, and <c>detections.json</c> for all.</summary>
public static class DetectionJob
{
    /// <summary>
    /// Runs; <paramref name="draw"/> adds a PNG with boxes and names for each image. An image that fails is left out and reported; the others go on.
    /// Progress is told as (done, of all). A cancellation stops between two images: what was written stays, <c>detections.json</c> is not written.
    /// </summary>
    public static DetectionJobResult Run(
        DetectorPipeline pipeline, IReadOnlyList<string> files, string folder, bool draw, Action<long, long>? progress = null, CancellationToken cancellation = default)
    {
        var (ids, names, jsonNames) = (ImageFiles.Numbers(files), ImageFiles.OutputNames(files), ImageFiles.JsonNames(files));
        var (json, failures, sum, found) = (new DetectionJson(), new List<LabException>(), default(StageTimes), 0);
        for (var i = 0; i < files.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var detections = pipeline.Detect(files[i]);
                AtomicFile.WriteText(Path.Combine(folder, names[i] + ".txt"), DetectionText.Format(pipeline.Times.InferenceMs, detections, pipeline.Labels));
                json.Add(ids[i], jsonNames[i], detections, pipeline.Labels);
                if (draw)
                {
                    DetectionPainter.Draw(pipeline.Photograph, detections, pipeline.Labels.Name);
                    ImageWriter.SavePng(pipeline.Photograph, Path.Combine(folder, names[i] + ".png"));
                }

                sum += pipeline.Times;
                found += detections.Count;
            }
            catch (LabException e)
            {
                failures.Add(e);
            }

            progress?.Invoke(i + 1, files.Count);
        }

        var done = files.Count - failures.Count;
        if (done > 0) { json.Save(Path.Combine(folder, "detections.json")); }
        return new(done, found, done == 0 ? default : sum / done, failures);
    }
}
