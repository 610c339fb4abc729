namespace DetrPerfLab.Vision;

/// <summary>Milliseconds of one image or batch: file to pixels, pixels to tensors, the engine until the device was idle, tensors to detections.</summary>
public readonly record struct StageTimes(double DecodeMs, double PreprocessMs, double InferenceMs, double PostprocessMs)
{
    public double TotalMs => DecodeMs + PreprocessMs + InferenceMs + PostprocessMs;

    public static StageTimes operator +(StageTimes a, StageTimes b) =>
        new(a.DecodeMs + b.DecodeMs, a.PreprocessMs + b.PreprocessMs, a.InferenceMs + b.InferenceMs, a.PostprocessMs + b.PostprocessMs);

    public static StageTimes operator /(StageTimes a, double by) =>
        new(a.DecodeMs / by, a.PreprocessMs / by, a.InferenceMs / by, a.PostprocessMs / by);
}
