using System.Globalization;
using DetrPerfLab.Benchmarks.Infrastructure;
using DetrPerfLab.Core;
using DetrPerfLab.Measure;
using DetrPerfLab.Models;

namespace DetrPerfLab.Benchmarks;

/// <summary>Whole or in pieces: eight images in chunks of 8, 4, 2 and 1; one 4K image at once or in overlapping tiles whose detections are merged.</summary>
[Samples(full: 8, quick: 6)]
public class ChunkingBenchmarks : WorkBenchmarks
{
    const string Batch = "8 images", Photograph = "4K image";
    const int Images = 8, Overlap = 128;

    static readonly ImageSize s_4K = new(2160, 3840);

    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        .. from chunk in (string[])["8", "4", "2", "1"] select new SuiteCase("ort-int8-static", ("Scene", Batch), ("Chunk", chunk)) { FullOnly = chunk == "4" },
        new("ort-int8-static", ("Scene", Photograph), ("Chunk", "whole")),
        new("ort-int8-static", ("Scene", Photograph), ("Chunk", "1 tile")),
    ];

    /// <summary>The engine is held against the reference at the size of a chunk; at 4K the reference itself would take minutes.</summary>
    static ModelCase ModelOf(SuiteCase row) =>
        new(row.Variant, [.. Enumerable.Repeat(BenchmarkModel.DefaultSize, row["Scene"] == Batch ? row.Number("Chunk") : 1)]);

    internal override void Prepare(SuiteCase row, Action<string, long, long> progress) => ModelOf(row).Prepare(progress);

    internal override CaseWork Open(SuiteCase row)
    {
        var ready = ModelOf(row).Check();
        return (row["Scene"], row["Chunk"]) switch
        {
            (Batch, _) => ready.Work(new ActionOperation(InChunks(ready, row.Number("Chunk")))) with { ImagesPerOperation = Images, MemoryOperations = 1 },
            (_, "whole") => ready.Work(new ActionOperation(Whole(ready))) with { InputSide = s_4K.Height, MemoryOperations = 1 },
            _ => Tiled(ready),
        };
    }

    /// <summary>Images wait in one place and go through the network chunk by chunk, in the same buffers.</summary>
    static Action InChunks(CheckedEngine ready, int chunk)
    {
        var images = Enumerable.Range(0, Images).Select(i => SyntheticImages.CreateBatchFrom(i, BenchmarkModel.DefaultSize)).ToArray();
        var pixels = ready.Inputs["pixel_values"];
        return () =>
        {
            for (var first = 0; first < Images; first += chunk)
            {
                for (var i = 0; i < chunk; i++)
                {
                    var image = images[first + i]["pixel_values"].Floats;
                    image.CopyTo(pixels.Floats[(i * image.Length)..]);
                }

                ready.Engine.Run(ready.Inputs, ready.Outputs);
            }
        };
    }

    static Action Whole(CheckedEngine ready)
    {
        var inputs = SyntheticImages.CreateBatch(s_4K);
        var outputs = ready.Engine.AllocateOutputs(inputs);
        var postprocessor = new Postprocessor(new());
        return () =>
        {
            ready.Engine.Run(inputs, outputs);
            postprocessor.Detr(outputs, 0, s_4K);
        };
    }

    static CaseWork Tiled(CheckedEngine ready)
    {
        var scene = SyntheticImages.CreateBatch(s_4K)["pixel_values"];
        var tiles = TileGrid.Cover(s_4K, BenchmarkModel.DefaultSize, Overlap);
        var postprocessor = new Postprocessor(new());
        var found = new Detection[tiles.Count * ready.Outputs["pred_boxes"].Shape[1]];
        return ready.Work(new ActionOperation(() =>
        {
            var count = 0;
            foreach (var tile in tiles)
            {
                Cut(scene, tile, ready.Inputs["pixel_values"]);
                ready.Engine.Run(ready.Inputs, ready.Outputs);
                foreach (var detection in postprocessor.Detr(ready.Outputs, 0, tile.Size)) { found[count++] = detection.Shifted(tile.Left, tile.Top); }
            }

            // An object on a border is found in several tiles.
            DetectionFilter.SuppressOverlaps(found.AsSpan(0, count), iouThreshold: 0.5f);
        })) with
        {
            InputSide = null, // no accuracy was judged on tiles
            MemoryOperations = 1,
            Findings = () => [new("tiles", $"overlapping tiles of {BenchmarkModel.DefaultSize} that cover {s_4K}", tiles.Count.ToString(CultureInfo.InvariantCulture))],
        };
    }

    static void Cut(HostTensor scene, Tile tile, HostTensor target)
    {
        for (var channel = 0; channel < 3; channel++)
        {
            for (var y = 0; y < tile.Size.Height; y++)
            {
                scene.Floats.Slice((((channel * s_4K.Height) + tile.Top + y) * s_4K.Width) + tile.Left, tile.Size.Width)
                    .CopyTo(target.Floats[(((channel * tile.Size.Height) + y) * tile.Size.Width)..]);
            }
        }
    }
}
