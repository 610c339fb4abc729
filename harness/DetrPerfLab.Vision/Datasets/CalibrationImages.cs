using System.Collections;

namespace DetrPerfLab.Vision;

/// <summary>Photographs, or synthetic pictures, as inputs of a model: decoded and preprocessed anew each time they are enumerated, one in memory at a time.</summary>
public sealed class CalibrationImages : IReadOnlyCollection<TensorSet>
{
    static readonly ImageSize s_syntheticSize = new(480, 640);

    readonly IReadOnlyList<TensorSpec> _inputs;
    readonly IDetectorFamily _family;
    readonly DetectorOptions _options;
    readonly IReadOnlyList<string>? _paths;

    CalibrationImages(IReadOnlyList<TensorSpec> inputs, IDetectorFamily family, IReadOnlyList<string>? paths, int count, DetectorOptions options) =>
        (_inputs, _family, _paths, Count, _options) = (inputs, family, paths, count, options);

    public int Count { get; }

    /// <summary>Photographs from files for a model with these inputs: at most so many, evenly taken out of all that are named.</summary>
    public static CalibrationImages Of(IReadOnlyList<TensorSpec> inputs, IDetectorFamily family, IReadOnlyList<string> paths, int most, DetectorOptions options)
    {
        var count = Math.Min(most, paths.Count);
        return new(inputs, family, [.. Enumerable.Range(0, count).Select(i => paths[(int)((long)i * paths.Count / count)])], count, options);
    }

    public static CalibrationImages Synthetic(IReadOnlyList<TensorSpec> inputs, IDetectorFamily family, int count, DetectorOptions options) =>
        new(inputs, family, null, count, options);

    /// <summary>The photographs of a folder; of a COCO folder those in <c>images/</c>.</summary>
    public static IReadOnlyList<string> InFolder(string folder) =>
        ImageFiles.Expand([Directory.Exists(Path.Combine(folder, "images")) ? Path.Combine(folder, "images") : folder]);

    public static TensorSet Prepare(IReadOnlyList<TensorSpec> inputs, IDetectorFamily family, RgbImage image, DetectorOptions options) =>
        Prepare(inputs, family, image, new Preprocessor(family.Preprocessing(inputs, options)));

    public IEnumerator<TensorSet> GetEnumerator()
    {
        var preprocessor = new Preprocessor(_family.Preprocessing(_inputs, _options));
        var decoder = new ImageDecoder();
        var decoded = new RgbImage();
        for (var i = 0; i < Count; i++)
        {
            var image = decoded;
            if (_paths is null) { image = SyntheticPhotographs.Create(i, s_syntheticSize); }
            else { decoder.Decode(_paths[i], image); }
            yield return Prepare(_inputs, _family, image, preprocessor);
        }
    }

    static TensorSet Prepare(IReadOnlyList<TensorSpec> inputs, IDetectorFamily family, RgbImage image, Preprocessor preprocessor)
    {
        var tensors = family.AllocateInputs(inputs, 1, preprocessor.CanvasSize(image));
        preprocessor.Prepare([image], tensors);
        family.FillOtherInputs(tensors, [image]);
        return tensors;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
