using System.IO.Compression;
using System.Text.Json;

namespace DetrPerfLab.Vision;

/// <summary>Fetches images and labels of COCO val2017 into a folder as <see cref="CocoDataset"/> reads it. What is there already stays: an interrupted run goes on.</summary>
/// <remarks>Source: cocodataset.org, "Download": annotations_trainval2017.zip, and each image under its name. Their publisher gives no hashes; what is checked is what the labels say of themselves and of each image.</remarks>
public sealed class CocoFetch(Uri server, string folder)
{
    public const string Publisher = "http://images.cocodataset.org/";
    const string Member = "annotations/instances_val2017.json";
    const int AllImages = 5000, AllObjects = 36781, AllCategories = 80; // of val2017
    const long MostZip = 400 << 20, MostLabels = 200 << 20, MostImage = 8 << 20;
    const int AtOnce = 4; // images; a courtesy to the server

    /// <param name="wanted">Images, spread evenly over the ids; all of them where there are no more.</param>
    /// <param name="progress">Told what is fetched, and (done, of all): bytes of the labels, then images.</param>
    /// <returns>How many images lie there.</returns>
    /// <exception cref="LabException">The server refuses, or what it gives is not COCO val2017.</exception>
    public async Task<int> RunAsync(int wanted, Action<string, long, long> progress, CancellationToken cancellation)
    {
        var labels = Path.Combine(folder, "instances.json");
        var whole = Path.Combine(folder, "instances_val2017.json");
        if (!File.Exists(whole)) { await FetchLabelsAsync(whole, progress, cancellation); }
        var (truth, chosen) = Choose(whole, wanted);
        Directory.CreateDirectory(Path.Combine(folder, "images"));
        var done = 0;
        await Parallel.ForEachAsync(chosen, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (image, stop) =>
        {
            var path = Path.Combine(folder, "images", image.FileName);
            if (!File.Exists(path))
            {
                var arriving = path + ".new";
                await Downloader.FetchAsync(new(new Uri(server, $"val2017/{Uri.EscapeDataString(image.FileName)}"), arriving, "", MostImage), cancellation: stop);
                Check(arriving, image);
                File.Move(arriving, path, overwrite: true);
            }

            progress("images", Interlocked.Increment(ref done), chosen.Count);
        });
        AtomicFile.Write(labels, stream => WriteSubset(truth, [.. chosen.Select(i => i.Id)], stream)); // last: the data set is there or not
        return chosen.Count;
    }

    async Task FetchLabelsAsync(string target, Action<string, long, long> progress, CancellationToken cancellation)
    {
        var archive = Path.Combine(folder, "annotations_trainval2017.zip");
        if (!File.Exists(archive))
        {
            await Downloader.FetchAsync(new(new Uri(server, "annotations/annotations_trainval2017.zip"), archive, "", MostZip), progress: (done, of) => progress("labels", done, of), cancellation: cancellation);
        }

        try
        {
            using var zip = ZipFile.OpenRead(archive);
            var entry = zip.GetEntry(Member) ?? throw new InvalidDataException($"it lacks {Member}");
            if (entry.Length > MostLabels) { throw new InvalidDataException($"{Member} has {entry.Length} bytes"); }
            AtomicFile.Write(target, stream =>
            {
                using var source = entry.Open();
                var buffer = new byte[1 << 16];
                for (var (total, read) = (0L, 1); read > 0; total += read)
                {
                    if (total > MostLabels) { throw new InvalidDataException($"{Member} is larger than it says"); }
                    stream.Write(buffer, 0, read = source.Read(buffer));
                }
            });
        }
        catch (InvalidDataException e)
        {
            File.Delete(archive);
            throw LabError.BadInput($"'{archive}' is not COCO's archive of labels: {e.Message.TrimEnd('.')}. It was deleted; run the command again.", e);
        }

        File.Delete(archive); // the labels of the other sets in it are 20 times as large
    }

    static (JsonDocument Truth, IReadOnlyList<CocoImage> Chosen) Choose(string path, int wanted)
    {
        var truth = CocoGroundTruth.Load(path);
        if (truth.Images.Count != AllImages || truth.Annotations.Count != AllObjects || truth.Categories.Count != AllCategories)
        {
            throw LabError.BadInput($"'{path}' has {truth.Images.Count} images, {truth.Annotations.Count} objects and {truth.Categories.Count} categories, COCO val2017 has {AllImages}, {AllObjects} and {AllCategories}. Delete it and run the command again.");
        }

        var count = Math.Min(wanted, truth.Images.Count);
        using var stream = File.OpenRead(path);
        return (JsonDocument.Parse(stream), [.. Enumerable.Range(0, count).Select(i => truth.Images[(int)((long)i * truth.Images.Count / count)])]);
    }

    static void Check(string path, CocoImage image)
    {
        try
        {
            var decoded = new RgbImage();
            new ImageDecoder().Decode(path, decoded);
            if (image.Size != default && decoded.Size != image.Size) { throw LabError.BadInput($"it has {decoded.Size} pixels (height x width), its labels were made for {image.Size}"); }
        }
        catch (LabException e)
        {
            File.Delete(path);
            throw LabError.BadInput($"Image {image.FileName} came damaged: {e.Message.TrimEnd('.')}. It was deleted; run the command again.", e);
        }
    }

    /// <summary>The same file with some of its images and their objects; all else as it is.</summary>
    static void WriteSubset(JsonDocument truth, HashSet<long> images, Stream stream)
    {
        using var owned = truth;
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartObject();
        foreach (var member in truth.RootElement.EnumerateObject())
        {
            var id = member.Name == "images" ? "id" : member.Name == "annotations" ? "image_id" : null;
            if (id is null)
            {
                member.WriteTo(writer);
                continue;
            }

            writer.WriteStartArray(member.Name);
            foreach (var entry in member.Value.EnumerateArray().Where(e => images.Contains(e.GetProperty(id).GetInt64()))) { entry.WriteTo(writer); }
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
