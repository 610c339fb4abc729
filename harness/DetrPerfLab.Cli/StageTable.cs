namespace DetrPerfLab.Cli;

/// <summary>Where the time of an image went, in one line.</summary>
static class StageTable
{
    internal static string Line(StageTimes mean) => string.Create(
        CultureInfo.InvariantCulture,
        $"Seconds per image: {mean.TotalMs / 1000:F4} = decode {mean.DecodeMs / 1000:F4} + preprocess {mean.PreprocessMs / 1000:F4} + inference {mean.InferenceMs / 1000:F4} + postprocess {mean.PostprocessMs / 1000:F4}");
}
