using System.Diagnostics;

namespace DetrPerfLab.Engines;

/// <summary>What turns a first inference into first detections: one photograph prepared before it, its outputs read after it.</summary>
sealed class FirstDetections
{
    static readonly ImageSize s_photographSize = new(480, 640); // COCO's

    readonly ModelUse _use;
    readonly RgbImage _photograph;
    readonly int _side;

    internal FirstDetections(VariantModel model, ImageSize size)
    {
        var start = Stopwatch.GetTimestamp();
        _use = model.Use;
        _side = Math.Min(size.Height, size.Width);
        _photograph = SyntheticPhotographs.Create(0, s_photographSize);
        MadeInMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Time to make the photograph, which is not part of any figure: a server has its own.</summary>
    internal double MadeInMs { get; }

    internal void Prepare() => CalibrationImages.Prepare(_use, _photograph, new() { Size = _side });

    internal void Read(TensorSet outputs)
    {
        if (_use.Family.Task == ModelTask.Classification) { ClassReader.Best(outputs, image: 0, most: 5); }
        else { _use.Family.Read(new Postprocessor(new()), outputs, image: 0, s_photographSize); }
    }
}
