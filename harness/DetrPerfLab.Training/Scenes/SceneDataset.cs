using System.Text.Json;

namespace DetrPerfLab.Training;

/// <summary>Writes scenes as a COCO data set: <c>images/</c>, <c>instances.json</c>.</summary>
public static class SceneDataset
{
    /// <summary>The seed of pictures that models are judged on; no model is trained on one of its scenes.</summary>
    public const ulong JudgingSeed = 20_000;

    /// <summary>The seed of pictures that INT8 ranges are taken from; no model is trained or judged on one of its scenes.</summary>
    public const ulong CalibratingSeed = 30_000;

    /// <summary>Where a data set of so many scenes lies unless the user says otherwise.</summary>
    public static string FolderOf(int images, ulong seed) => Path.Combine(LabPaths.ModelCache, "data", $"scenes-{images}-{seed}");

    /// <summary>What will be written.</summary>
    public static IEnumerable<string> FilesIn(string folder, int images) => Enumerable.Range(0, images).Select(i => Path.Combine(folder, "images", NameOf(i))).Append(Path.Combine(folder, "instances.json"));

    /// <summary>Progress is told as (done, of all). The list of labels is written last: a folder without it is not whole.</summary>
    public static void Write(string folder, int images, ulong seed, Action<long, long>? progress = null, CancellationToken stop = default)
    {
        Directory.CreateDirectory(Path.Combine(folder, "images"));
        var scenes = new IReadOnlyList<SceneObject>[images];
        var done = 0;
        Parallel.For(0, images, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = stop }, i =>
        {
            var scene = SceneGenerator.Create(seed, i);
            AtomicFile.Write(Path.Combine(folder, "images", NameOf(i)), stream => stream.Write(scene.ToJpeg()));
            scenes[i] = scene.Objects;
            lock (scenes) { progress?.Invoke(++done, images); }
        });
        var annotations = scenes.SelectMany((objects, image) => objects.Select(o => (Image: image, Object: o))).Select((a, id) => new
        {
            Id = id + 1,
            ImageId = a.Image + 1,
            CategoryId = (int)a.Object.Shape,
            Bbox = new[] { a.Object.X1, a.Object.Y1, a.Object.X2 - a.Object.X1, a.Object.Y2 - a.Object.Y1 },
            a.Object.Area,
            Iscrowd = 0,
        });
        var file = new
        {
            Info = new { Description = $"Scenes of DetrPerfLab, seed {seed}" },
            Images = Enumerable.Range(0, images).Select(i => new { Id = i + 1, FileName = NameOf(i), Height = Scene.Side, Width = Scene.Side }),
            Annotations = annotations,
            Categories = Scene.Classes.Select((name, id) => new { Id = id, Name = name, Supercategory = "shape" }),
        };
        AtomicFile.WriteText(Path.Combine(folder, "instances.json"), JsonSerializer.Serialize(file, LabJson.Foreign));
    }

    static string NameOf(int index) => FormattableString.Invariant($"{index + 1:D6}.jpg");
}
