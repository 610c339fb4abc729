using System.Collections;
using DetrPerfLab.Core;

namespace DetrPerfLab.Detecting;

/// <summary>Photographs, or synthetic pictures, as inputs of a model: decoded and preprocessed anew each time they are enumerated, one in memory at a time.</summary>
public sealed class CalibrationImages : IReadOnlyCollection<TensorSet>
{
    static readonly ImageSize s_syntheticSize = new(480, 640);

    readonly IReadOnlyList<TensorSpec> _inputs;
    readonly IDetectorFamily _family;
    readonly DetectorOptions _options;
    readonly IReadOnlyList<string>? _paths;

    CalibrationImages(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs, IReadOnlyList<string>? paths, int count, DetectorOptions options)
    {
        (_inputs, _paths, Count, _options) = (inputs, paths, count, options);
        _family = DetectorFamilies.Match(inputs, outputs);
    }

    /// <summary>Number of images.</summary>
    public int Count { get; }

    /// <summary>Photographs from files, evenly taken out of all that are named.</summary>
    /// <param name="inputs">The model's inputs.</param>
    /// <param name="outputs">The model's outputs, which tell its family.</param>
    /// <param name="paths">Image files.</param>
    /// <param name="most">Most to use.</param>
    /// <param name="options">Size.</param>
    /// <exception cref="LabException">The model is no known detector.</exception>
    public static CalibrationImages Of(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs, IReadOnlyList<string> paths, int most, DetectorOptions options)
    {
        var count = Math.Min(most, paths.Count);
        return new(inputs, outputs, [.. Enumerable.Range(0, count).Select(i => paths[(int)((long)i * paths.Count / count)])], count, options);
    }

    /// <summary>Pictures from a formula.</summary>
    /// <inheritdoc cref="Of"/>
    public static CalibrationImages Synthetic(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs, int count, DetectorOptions options) =>
        new(inputs, outputs, null, count, options);

    /// <inheritdoc/>
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
            var tensors = _family.AllocateInputs(_inputs, 1, preprocessor.CanvasSize(image));
            preprocessor.Prepare([image], tensors);
            _family.FillOtherInputs(tensors, [image]);
            yield return tensors;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
