using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

public class FlopFactsTests
{
    static readonly DetrConfig s_config = new()
    {
        Name = "small",
        HiddenDim = 64,
        Heads = 4,
        EncoderLayers = 2,
        DecoderLayers = 3,
        FeedForwardDim = 96,
        Queries = 20,
        Classes = 7,
    };

    [Theory]
    [InlineData(128, 160, 1)]
    [InlineData(96, 130, 2)]
    public void Count_DetrR50_ProductsAreThoseOfTheFormula(int height, int width, int batch)
    {
        using var folder = new TempFolder();
        var model = DetrExporter.Export(SyntheticWeights.Create(s_config), new ExportOptions());
        var sizes = Enumerable.Repeat(new ImageSize(height, width), batch).ToArray();

        var count = FlopFacts.Count(model, SyntheticImages.CreateBatch(sizes));

        Assert.Empty(count.NotCounted);
        var products = model.Graph.Node.Where(n => n.OpType is "Conv" or "Gemm" or "MatMul").Select(n => n.Name).ToHashSet();
        Assert.Equal(Products(height, width, batch), count.Nodes.Where(n => products.Contains(n.Name)).Sum(n => n.Flops));
        Assert.Equal(count.Total, count.Modules.Sum(m => m.Flops), count.Total * 1e-12);
        Assert.Equal(
            ["backbone.stem", "backbone.layer1", "backbone.layer2", "backbone.layer3", "backbone.layer4", "input_proj", "position", "encoder", "decoder", "heads"], count.Modules.Select(m => m.Name));
    }

    [Fact]
    public void Of_FileOfTheUsers_WritesOnlyIntoTheCache()
    {
        using var theirs = new TempFolder();
        using var ours = new TempFolder();
        OnnxFile.Save(DetrExporter.Export(SyntheticWeights.Create(s_config with { BackboneDepth = 18 }), new ExportOptions()), theirs.File("mine.onnx"));
        var (model, cache) = (VariantModel.Of(theirs.File("mine.onnx")), new ArtefactCache(ours.Path));

        var one = FlopFacts.Of(model, cache, SyntheticImages.CreateBatch(new ImageSize(64, 96))).Total;
        var two = FlopFacts.Of(model, cache, SyntheticImages.CreateBatch([new(64, 96), new(64, 96)])).Total;

        Assert.InRange(two / one, 1.9, 2); // some scalars do not grow with the batch
        Assert.Equal([theirs.File("mine.onnx")], Directory.GetFiles(theirs.Path));
        Assert.Equal(2, Directory.GetFiles(ours.Path, "mine.onnx.flops-*.json", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void Of_Twice_ReadsWhatItKept()
    {
        using var folder = new TempFolder();
        var (model, cache) = (VariantModel.Synthetic(s_config with { BackboneDepth = 18 }), new ArtefactCache(folder.Path));
        var first = FlopFacts.Of(model, cache, SyntheticImages.CreateBatch(new ImageSize(64, 96)));
        var file = Assert.Single(Directory.GetFiles(folder.Path, "*.flops-1x3x64x96.json", SearchOption.AllDirectories));
        // A figure that nobody would count shows that the file was read.
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"total\":", "\"total\": 7, \"was\":"));

        Assert.True(first.Total > 1e6);
        Assert.Equal(7, FlopFacts.Of(model, cache, SyntheticImages.CreateBatch(new ImageSize(64, 96))).Total);
        File.WriteAllText(file, "{");
        Assert.Equal(first.Total, FlopFacts.Of(model, cache, SyntheticImages.CreateBatch(new ImageSize(64, 96))).Total);
    }

    /// <summary>
    /// Convolutions and matrix products of a DETR-R50, from its description alone (He et al. 2015, table 1; Carion et al. 2020, figure 10), a multiply-add as two and biases added.
    /// The exporter computes the first decoder layer's self-attention and query beforehand and adds the queries' positions as constants, hence without a bias.
    /// </summary>
    static double Products(int height, int width, int batch)
    {
        var sum = 0.0;
        int h = Half(height), w = Half(width);
        Conv(3, 64, 7, h, w);
        (h, w) = (Half(h), Half(w));
        var channels = 64;
        foreach (var (stage, blocks) in new[] { 3, 4, 6, 3 }.Index())
        {
            var inner = 64 << stage;
            for (var block = 0; block < blocks; block++)
            {
                Conv(channels, inner, 1, h, w);
                if (block == 0 && stage > 0) { (h, w) = (Half(h), Half(w)); }
                Conv(inner, inner, 3, h, w);
                Conv(inner, 4 * inner, 1, h, w);
                if (block == 0) { Conv(channels, 4 * inner, 1, h, w); }
                channels = 4 * inner;
            }
        }

        int d = s_config.HiddenDim, f = s_config.FeedForwardDim, q = s_config.Queries, s = h * w;
        Conv(2048, d, 1, h, w);
        for (var layer = 0; layer < s_config.EncoderLayers; layer++)
        {
            for (var i = 0; i < 4; i++) { Linear(s, d, d); }
            Attention(s, s);
            Linear(s, d, f);
            Linear(s, f, d);
        }

        for (var layer = 0; layer < s_config.DecoderLayers; layer++)
        {
            // The state of all queries is the same at first, so that one row is projected and spread.
            if (layer > 0)
            {
                Linear(q, d, d, bias: false);
                Linear(q, d, d, bias: false);
                Linear(q, d, d);
                Linear(q, d, d);
                Attention(q, q);
                Linear(q, d, d, bias: false);
            }

            Linear(s, d, d);
            Linear(s, d, d);
            Attention(q, s);
            Linear(q, d, d);
            Linear(q, d, f);
            Linear(q, f, d);
        }

        Linear(q, d, s_config.Classes + 1);
        Linear(q, d, d);
        Linear(q, d, d);
        Linear(q, d, 4);
        return batch * sum;

        static int Half(int length) => (length + 1) / 2;
        void Conv(int from, int to, int kernel, int rows, int columns) => sum += (double)rows * columns * to * ((2 * from * kernel * kernel) + 1);
        void Linear(int rows, int from, int to, bool bias = true) => sum += (double)rows * to * ((2 * from) + (bias ? 1 : 0));
        void Attention(int queries, int keys) => sum += 2.0 * queries * keys * d * 2;
    }
}
