namespace DetrPerfLab.Tests.Measure;

[Collection(nameof(Alone))]
public class GcReadingTests
{
    [Fact]
    public void Sum_OfSamplesThatCollect_CountsEachGenerationOnce()
    {
        var before = GcReading.Now();
        GC.Collect(2, GCCollectionMode.Forced, blocking: true);
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        var sample = GcReading.Now().Since(before);

        var info = GcReading.Sum([sample]);

        // The runtime may take the second for one of generation 1.
        Assert.True(info is { Gen2: >= 1, Operations: 1, TotalPauseMs: > 0 } && info.Gen0 + info.Gen1 >= 1, info.ToString());
        Assert.Equal(sample.Gen0, info.Gen0 + info.Gen1 + info.Gen2); // the runtime counts a collection of an older generation there, too
    }
}
