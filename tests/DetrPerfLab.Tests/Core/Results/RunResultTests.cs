namespace DetrPerfLab.Tests.Core;

public class RunResultTests
{
    static readonly RunResult s_served = RunResult.Unfiled("served") with { SamplesMs = [1, 2, 3, 10, 20, 30, 100, 200], Serving = new(10, 5, 4.5, 0, 1, Blocks: 3) };

    /// <summary>Requests of one stretch wait in one queue: an interval drawn from each of them would be too narrow.</summary>
    [Fact]
    public void RoundsMs_OfAServer_AreTheMediansOfItsBlocks() => Assert.Equal([2, 20, 150], s_served.RoundsMs);

    [Fact]
    public void ImagesPerSecond_OfAServer_IsWhatItAnsweredNotTheInverseOfItsLatency()
    {
        Assert.Equal(4.5, s_served.ImagesPerSecond);
        Assert.Equal(2 * 1000 / 15.0, (s_served with { Serving = null, ImagesPerOperation = 2 }).ImagesPerSecond);
        Assert.Null((s_served with { Serving = null, SamplesMs = [] }).ImagesPerSecond);
    }
}
