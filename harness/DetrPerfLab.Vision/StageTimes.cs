namespace DetrPerfLab.Vision;

/// <summary>Milliseconds of one image or batch: file to pixels, pixels to tensors, the engine until the device was idle, tensors to detections.</summary>
public readonly record struct StageTimes(double DecodeMs, double PreprocessMs, double InferenceMs, double PostprocessMs)
{
    public double TotalMs => DecodeMs + PreprocessMs + InferenceMs + PostprocessMs;

    public static StageTimes operator +(StageTimes a, StageTimes b) =>
        new(a.DecodeMs + b.DecodeMs, a.PreprocessMs + b.PreprocessMs, a.InferenceMs + b.InferenceMs, a.PostprocessMs + b.PostprocessMs);

    /// <summary>Null of none: times of an earlier run, under another load, are no part of this one's mean.</summary>
    internal static StageTimes? Mean(IReadOnlyCollection<StageTimes> times) => times.Count == 0 ? null : times.Aggregate((a, b) => a + b) / times.Count;

    public static StageTimes operator /(StageTimes a, double by) =>
        new(a.DecodeMs / by, a.PreprocessMs / by, a.InferenceMs / by, a.PostprocessMs / by);
}
