namespace DetrPerfLab.Tests.Imaging;

public class BandWorkersTests
{
    sealed class Count(int bands, int threads) : IBandWork
    {
        readonly int[] _inside = new int[threads];

        internal int[] Done { get; } = new int[bands];

        internal int Overlaps;

        public void Run(int band, int worker)
        {
            if (Interlocked.Increment(ref _inside[worker]) != 1) { Interlocked.Increment(ref Overlaps); }
            Interlocked.Increment(ref Done[band]);
            if (band % 7 == 0) { Thread.Yield(); }
            Interlocked.Decrement(ref _inside[worker]);
        }
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 1)]
    [InlineData(2, 8)]
    [InlineData(6, 3)]
    [InlineData(6, 40)]
    public void Run_OverAndOver_EachBandOnceAndNoWorkerTwiceAtOnce(int threads, int bands)
    {
        var workers = new BandWorkers(threads);
        for (var run = 0; run < 500; run++)
        {
            // Helpers that the pool starts late meet a later run: it must neither lose nor repeat a band.
            var work = new Count(bands, threads);
            workers.Run(work, bands);
            Assert.All(work.Done, times => Assert.Equal(1, times));
            Assert.Equal(0, work.Overlaps);
        }
    }
}
