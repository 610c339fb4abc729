using System.Diagnostics;

namespace DetrPerfLab.Engines;

/// <summary>What turns a first inference into first detections: one photograph prepared before it, its outputs read after it.</summary>
sealed class FirstDetections
{
    static readonly ImageSize s_photographSize = new(480, 640); // COCO's

    readonly IReadOnlyList<TensorSpec> _inputs;
    readonly IDetectorFamily _family;
    readonly RgbImage _photograph;
    readonly int _side;

    internal FirstDetections(VariantModel model, ImageSize size)
    {
        var start = Stopwatch.GetTimestamp();
        (_inputs, _family) = model.Onnx is { } onnx ? (onnx.Header.Inputs, onnx.Family) : (DetrInterface.Inputs, DetectorFamilies.Detr);
        _side = Math.Min(size.Height, size.Width);
        _photograph = SyntheticPhotographs.Create(0, s_photographSize);
        MadeInMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Time to make the photograph, which is not part of any figure: a server has its own.</summary>
    internal double MadeInMs { get; }

    internal void Prepare() => CalibrationImages.Prepare(_inputs, _family, _photograph, new() { Size = _side });

    internal void Read(TensorSet outputs) => _family.Read(new Postprocessor(new()), outputs, image: 0, s_photographSize);
}
