namespace DetrPerfLab.Tests.Report;

/// <summary>A title tells what the numbers decide; where they decide nothing it only describes, and the words for the blind begin with the figures.</summary>
public class ChartTitleTests
{
    static readonly ContaminationInfo s_contaminated = new(ContaminationVerdict.Contaminated, ["steal time 9 %, limit 2 %"]);

    [Fact]
    public void BatchChart_EachBatch_SaysWhatTheNumbersDecide()
    {
        Assert.StartsWith("2 images of equal size at once make ort-int8-static 1.08× as fast per image. ", Alt(BatchChart.Create, FakeResults.Batches));
        Assert.StartsWith("No batch pays: at best 2 images of equal size at once are 0.83× as fast per image as one alone. ",
            Alt(BatchChart.Create, FakeResults.Batches.Select(r => r.ImagesPerOperation > 1 ? Slower(r, 1.3) : r)));
        Assert.StartsWith("Images/s by batch size", Alt(BatchChart.Create, FakeResults.Batches.Select(Few)));
        Assert.StartsWith("Images/s by batch size", Alt(BatchChart.Create, FakeResults.Batches.Select(r => r.ImagesPerOperation == 1 ? r with { Contamination = s_contaminated } : r)));
    }

    [Fact]
    public void ChunkingChart_TimeOfTheSmallestChunk_IsToldWhereDecided()
    {
        Assert.StartsWith("4K image in chunks of 1 tile: 10 % of the peak memory, 1.44× as fast. ", Alt(ChunkingChart.Create, FakeResults.Chunking));
        Assert.StartsWith("4K image in chunks of 1 tile: 10 % of the peak memory, 1.39× the time. ", Alt(ChunkingChart.Create, FakeResults.Chunking.Select(r => IsTile(r) ? Slower(r, 2) : r)));
        Assert.StartsWith("4K image in chunks of 1 tile: 10 % of the peak memory. ", Alt(ChunkingChart.Create, FakeResults.Chunking.Select(Few)));
        Assert.StartsWith("8 images in chunks of 1: 25 % of the peak memory, ", Alt(ChunkingChart.Create, FakeResults.Chunking.Select(r => IsTile(r) ? r with { Contamination = s_contaminated } : r)));
        Assert.StartsWith("Peak memory against latency", Alt(ChunkingChart.Create, FakeResults.Chunking.Select(r => r with { Memory = FakeResults.Chunking[0].Memory })));

        static bool IsTile(RunResult result) => result.Parameters["Chunk"] == "1 tile";
    }

    [Fact]
    public void GcChart_GainThatDriftCouldExplain_IsNotTold()
    {
        Assert.StartsWith("Server conserving: 1.01× to 1.02× as fast as workstation. ", Alt(GcChart.Create, FakeResults.GcModes));
        Assert.StartsWith("Median to slow end", Alt(GcChart.Create, FakeResults.GcModes.Select(r => r.Repeated ? Slower(r, 0.9) : r).Where(r => !r.Parameters["Mode"].EndsWith("concurrent"))
            .Select(r => r.Parameters["Mode"].StartsWith("server") ? Slower(r, 0.95) : r))); // between the first mode's two runs
        Assert.StartsWith("Median to slow end", Alt(GcChart.Create, FakeResults.GcModes.Where(r => !r.Repeated)));
        Assert.StartsWith("Workstation concurrent: 0.50× as fast as workstation. ",
            Alt(GcChart.Create, FakeResults.GcModes.Where(r => !r.Variant.StartsWith("server") && !r.Parameters["Mode"].StartsWith("server")).Select(r => r.Parameters["Mode"].EndsWith("concurrent") ? Slower(r, 2) : r)));
    }

    [Fact]
    public void ClassifierChart_EachModel_HasItsFastestClean()
    {
        Assert.StartsWith("INT8 (ort-int8-static) is 5.38× eager FP32 (torch-fp32) on resnet50, INT8 (torch-int8-dynamic) 2.29× on vit-b-16. ", Alt(ClassifierChart.Create, FakeResults.Classifiers));
        Assert.StartsWith("FP32 (torchscript-fp32) is 1.28× eager FP32 (torch-fp32) on resnet50, FP32 (ort-fp32) 1.35× on vit-b-16. ",
            Alt(ClassifierChart.Create, FakeResults.Classifiers.Select(r => r.Variant.Contains("int8") ? r with { Contamination = s_contaminated } : r)));
        Assert.StartsWith("Speed-up of classifiers", Alt(ClassifierChart.Create, FakeResults.Classifiers.Select(Few)));
    }

    [Fact]
    public void PeakChart_SharesThatOverlap_AreNotSetApart()
    {
        Assert.StartsWith("17 % (torch-fp32) to 45 % (ort-fp32) of the measured peak. ", Alt(PeakChart.Create, FakeResults.Engine.Concat(FakeResults.All.Where(r => r.Suite == "Precision"))));
        Assert.StartsWith("Share of the machine's measured peak", Alt(PeakChart.Create, FakeResults.All.Where(r => r.Suite == "Precision").Select(Few)));
    }

    static string Alt(Func<ReportModel, Drawing> chart, IEnumerable<RunResult> results) => chart(Reports.Model(results)).Chart!.Alt;

    static RunResult Slower(RunResult result, double factor) => result with { SamplesMs = [.. result.SamplesMs.Select(s => s * factor)] };

    /// <summary>Too few samples for an interval.</summary>
    static RunResult Few(RunResult result) => result with { SamplesMs = [.. result.SamplesMs.Take(3)] };
}
