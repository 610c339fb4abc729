namespace DetrPerfLab.Onnx;

/// <summary>What a calibration has seen so far, in a file, so that the same command goes on after an interruption.</summary>
/// <param name="folder">Made when it is needed.</param>
/// <param name="key">All that decides the histograms; the file of another key is not taken.</param>
public sealed class CalibrationCheckpoint(string folder, string key)
{
    /// <summary>A killed process loses so much at most; a file of a large model is some megabytes.</summary>
    static readonly TimeSpan s_every = TimeSpan.FromSeconds(10);

    readonly string _path = Journal<object>.PathOf(folder, "calibration", key);
    long _saved = Environment.TickCount64;

    /// <summary>Nothing of an earlier run is needed any more.</summary>
    public void Delete()
    {
        if (File.Exists(_path)) { File.Delete(_path); } // its folder may never have been made
    }

    /// <summary>Fills histograms with what was saved of them.</summary>
    /// <returns>How many inferences they hold; 0, and histograms as they were, where there is no file or it is damaged.</returns>
    internal long Restore(Dictionary<string, ActivationHistogram> histograms)
    {
        // What is damaged is calibrated anew: it costs time only.
        if (HistogramFile.Load(_path) is not ([var known, var number], var read) || known != key || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var done)) { return 0; }
        if (done < 1 || !read.Keys.ToHashSet().SetEquals(histograms.Keys)) { return 0; }
        foreach (var (name, histogram) in read) { histograms[name] = histogram; }
        return done;
    }

    internal void SaveNowAndThen(Dictionary<string, ActivationHistogram> histograms, long done)
    {
        if (Environment.TickCount64 - _saved >= s_every.TotalMilliseconds) { Save(histograms, done); }
    }

    internal void Save(Dictionary<string, ActivationHistogram> histograms, long done)
    {
        HistogramFile.Save(_path, [key, done.ToString(CultureInfo.InvariantCulture)], histograms);
        _saved = Environment.TickCount64;
    }
}
