namespace DetrPerfLab.Benchmarks;

/// <summary>Whole or in pieces: eight images in chunks of 8, 4, 2 and 1; one 4K image at once or in overlapping tiles whose detections are merged.</summary>
[Samples(full: 8, quick: 6)]
public class ChunkingBenchmarks : WorkBenchmarks
{
    const string Batch = "8 images", Photograph = "4K image";
    const string Tiles = "1 tile";
    const int Images = 8, Overlap = 128;

    static readonly ImageSize s_4K = new(2160, 3840);

    static readonly IReadOnlyList<Tile> s_tiles = TileGrid.Cover(s_4K, BenchmarkModel.DefaultSize, Overlap);

    static string LastTileName => $"last of {s_tiles.Count} tiles of {BenchmarkModel.DefaultSize} in synthetic {s_4K}";

    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        .. from chunk in (string[])["8", "4", "2", "1"] select new SuiteCase("ort-int8-static", ("Scene", Batch), ("Chunk", chunk)) { FullOnly = chunk is "4" or "2" },
        .. from chunk in (string[])["whole", Tiles] select new SuiteCase("ort-int8-static", ("Scene", Photograph), ("Chunk", chunk)) { FullOnly = true },
    ];

    /// <summary>The engine is held against the reference at the size of a chunk; at 4K the reference itself would take minutes.</summary>
    static VariantCase ModelOf(SuiteCase row) =>
        BenchmarkModel.CaseOf(row, [.. Enumerable.Repeat(BenchmarkModel.DefaultSize, row["Scene"] == Batch ? row.Number("Chunk") : 1)]);

    public override void Prepare(SuiteCase row, Action<string, long, long> progress)
    {
        BenchmarkModel.Prepare(ModelOf(row), progress);
        if (row["Chunk"] == Tiles) { ModelOf(row).Expected(LastTile, LastTileName); }
    }

    internal override CaseWork Open(SuiteCase row)
    {
        BenchmarkModel.RequireDetr();
        var open = (ModelOf(row) with { Audit = Audit }).Open();
        var work = (row["Scene"], row["Chunk"]) switch
        {
            (Batch, _) => InChunks(open, row.Number("Chunk")),
            (_, "whole") => Whole(open) with
            {
                Findings = () => [new("checked", $"at {BenchmarkModel.DefaultSize} before; outputs at {s_4K} are not compared: the attention of the reference alone would take gigabytes there")],
            },
            _ => Tiled(row, open),
        };
        // At what size the network saw the images: no accuracy was judged on tiles.
        int? side = row["Scene"] == Batch ? open.Known.InputSide : row["Chunk"] == Tiles ? null : s_4K.Height;
        return work with { Known = work.Known with { InputSide = side, ImagesPerOperation = row["Scene"] == Batch ? Images : 1 }, MemoryOperations = 1 };
    }

    /// <summary>Images wait in one place and go through the network chunk by chunk, in the same buffers.</summary>
    static CaseWork InChunks(OpenVariant open, int chunk)
    {
        var images = Enumerable.Range(0, Images).Select(i => SyntheticImages.CreateBatchFrom(i, BenchmarkModel.DefaultSize)).ToArray();
        var pixels = open.Inputs["pixel_values"];
        return open.Work(() =>
        {
            for (var first = 0; first < Images; first += chunk)
            {
                for (var i = 0; i < chunk; i++)
                {
                    var image = images[first + i]["pixel_values"].Floats;
                    image.CopyTo(pixels.Floats[(i * image.Length)..]);
                }

                open.Engine.Run(open.Inputs, open.Outputs);
                open.Engine.Synchronize(); // the next chunk overwrites the inputs
            }
        }, [.. images.Select(i => i["pixel_values"])], open.Outputs);
    }

    static CaseWork Whole(OpenVariant open)
    {
        var inputs = SyntheticImages.CreateBatch(s_4K);
        var outputs = open.Engine.AllocateOutputs(inputs);
        var postprocessor = new Postprocessor(new());
        return open.Work(() =>
        {
            open.Engine.Run(inputs, outputs);
            open.Engine.Synchronize();
            postprocessor.Detr(outputs, 0, s_4K);
        }, inputs, outputs);
    }

    static CaseWork Tiled(SuiteCase row, OpenVariant open)
    {
        var scene = SyntheticImages.CreateBatch(s_4K)["pixel_values"];
        var postprocessor = new Postprocessor(new());
        var found = new Detection[s_tiles.Count * open.Outputs["pred_boxes"].Shape[1]];
        var work = open.Work(() =>
        {
            var count = 0;
            foreach (var tile in s_tiles)
            {
                Cut(scene, tile, open.Inputs["pixel_values"]);
                open.Engine.Run(open.Inputs, open.Outputs);
                open.Engine.Synchronize();
                foreach (var detection in postprocessor.Detr(open.Outputs, 0, tile.Size)) { found[count++] = detection.Shifted(tile.Left, tile.Top); }
            }

            // An object on a border is found in several tiles.
            DetectionFilter.SuppressOverlaps(found.AsSpan(0, count), iouThreshold: 0.5f);
        }, [scene], open.Outputs);
        // The first run, which is not timed, left the last tile's outputs: timed ones are held against them.
        ModelOf(row).Compare(() => open.Inputs, LastTileName, open.Outputs);
        return work with
        {
            Findings = () =>
            [
                new("tiles", $"overlapping tiles of {BenchmarkModel.DefaultSize} that cover {s_4K}", s_tiles.Count.ToString(CultureInfo.InvariantCulture)),
                new("checked", "the network's outputs for the last tile; merged detections are not compared with the whole image's, where objects have other surroundings"),
            ],
        };
    }

    static TensorSet LastTile()
    {
        var inputs = SyntheticImages.CreateBatch(BenchmarkModel.DefaultSize);
        Cut(SyntheticImages.CreateBatch(s_4K)["pixel_values"], s_tiles[^1], inputs["pixel_values"]);
        return inputs;
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
