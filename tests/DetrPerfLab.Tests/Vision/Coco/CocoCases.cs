using System.Text;

namespace DetrPerfLab.Tests.Vision;

/// <summary>Small random datasets: all sizes, crowds, ties of score and of IoU, empty images, categories without objects.</summary>
static class CocoCases
{
    internal static (CocoGroundTruth Truth, CocoDetections Detections) Random(ulong seed, int images = 6, int categories = 3, int mostAnImage = 6)
    {
        var random = new DeterministicRandom(seed);
        var annotations = new List<CocoAnnotation>();
        var detections = new CocoDetections("random");
        for (var image = 1; image <= images; image++)
        {
            for (var i = random.Next(mostAnImage + 1); i > 0; i--)
            {
                // Category 'categories' never has objects; sizes reach over all three ranges.
                var side = 8 << random.Next(5);
                var box = new CocoBox(random.Next(20), random.Next(20), side + random.Next(side), side + random.Next(side));
                annotations.Add(new(image, 1 + random.Next(categories - 1), box, box.Area * (random.Next(2) == 0 ? 1 : 0.6), Crowd: random.Next(6) == 0));
            }

            foreach (var annotation in annotations.Where(a => a.ImageId == image).ToList())
            {
                for (var i = random.Next(3); i > 0; i--)
                {
                    var box = annotation.Box;
                    var moved = new CocoBox(box.X + random.Next(4), box.Y + random.Next(4), box.Width + random.Next(5), box.Height);
                    detections.Add(new(image, annotation.CategoryId, random.Next(8) / 8.0, moved));
                }
            }

            for (var i = random.Next(4); i > 0; i--)
            {
                detections.Add(new(image, 1 + random.Next(categories), random.Next(8) / 8.0, new(random.Next(50), random.Next(50), 1 + random.Next(90), 1 + random.Next(90))));
            }
        }

        return (Truth(images, categories, annotations), detections);
    }

    internal static CocoGroundTruth Truth(int images, int categories, IReadOnlyList<CocoAnnotation> annotations) => new(
        "truth",
        Enumerable.Range(1, images).Select(i => new CocoImage(i, $"{i}.jpg", new(100, 100))),
        Enumerable.Range(1, categories).Select(c => new CocoCategory(c, $"class {c}")),
        annotations);

    internal static CocoDetections Detections(params IEnumerable<CocoDetection> items)
    {
        var detections = new CocoDetections("detections");
        foreach (var item in items) { detections.Add(item); }
        return detections;
    }

    internal static Stream Json(string text) => new MemoryStream(Encoding.UTF8.GetBytes(text));
}
