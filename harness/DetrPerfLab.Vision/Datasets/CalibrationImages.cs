using System.Collections;

namespace DetrPerfLab.Vision;

/// <summary>Photographs, or synthetic pictures, as inputs of a model: decoded and preprocessed anew each time they are enumerated, one in memory at a time.</summary>
public sealed class CalibrationImages : IReadOnlyCollection<TensorSet>
{
    static readonly ImageSize s_syntheticSize = new(480, 640);

    readonly ModelUse _use;
    readonly DetectorOptions _options;
    readonly IReadOnlyList<string>? _paths;
    readonly IReadOnlyList<int> _taken; // which of all

    CalibrationImages(ModelUse use, IReadOnlyList<string>? paths, IReadOnlyList<int> taken, DetectorOptions options) => (_use, _paths, _taken, _options) = (use, paths, taken, options);

    public int Count => _taken.Count;

    /// <summary>Those of one part alone; the others are not decoded.</summary>
    public CalibrationImages Part(Shard shard) => new(_use, _paths, [.. shard.Among(_taken)], _options);

    /// <summary>Photographs from files: at most so many, evenly taken out of all that are named.</summary>
    public static CalibrationImages Of(ModelUse use, IReadOnlyList<string> paths, int most, DetectorOptions options)
    {
        var count = Math.Min(most, paths.Count);
        return new(use, [.. Enumerable.Range(0, count).Select(i => paths[(int)((long)i * paths.Count / count)])], [.. Enumerable.Range(0, count)], options);
    }

    public static CalibrationImages Synthetic(ModelUse use, int count, DetectorOptions options) =>
        new(use, null, [.. Enumerable.Range(0, count)], options);

    /// <summary>The photographs of a folder; of a COCO folder those in <c>images/</c>; or those that a text file lists, a path a line.</summary>
    public static IReadOnlyList<string> InFolder(string folder) => File.Exists(folder) ? ImageFiles.Listed(folder)
        : ImageFiles.Expand([Directory.Exists(Path.Combine(folder, "images")) ? Path.Combine(folder, "images") : folder]);

    public static TensorSet Prepare(ModelUse use, RgbImage image, DetectorOptions options) =>
        Prepare(use, image, new Preprocessor(use.Preprocessing(options)));

    public IEnumerator<TensorSet> GetEnumerator()
    {
        var preprocessor = new Preprocessor(_use.Preprocessing(_options));
        var decoder = new ImageDecoder();
        var decoded = new RgbImage();
        foreach (var i in _taken)
        {
            var image = decoded;
            if (_paths is null) { image = SyntheticPhotographs.Create(i, s_syntheticSize); }
            else { decoder.Decode(_paths[i], image); }
            yield return Prepare(_use, image, preprocessor);
        }
    }

    static TensorSet Prepare(ModelUse use, RgbImage image, Preprocessor preprocessor)
    {
        var images = use.Fill([image]);
        var tensors = use.AllocateInputs(images.Length, preprocessor.CanvasSize(image));
        preprocessor.Prepare(images, tensors);
        use.FillOtherInputs(tensors, images);
        return tensors;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
