using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Vision;

public class TileGridTests
{
    [Fact]
    public void Cover_4KPhotograph_TakesSixteenTiles()
    {
        var tiles = TileGrid.Cover(new(2160, 3840), new(800, 1066), overlap: 128);
        Assert.Equal(16, tiles.Count);
        Assert.Equal(new Tile(0, 0, new(800, 1066)), tiles[0]);
        Assert.Equal(new Tile(1360, 2774, new(800, 1066)), tiles[^1]);
    }

    [Fact]
    public void Cover_ImageSmallerThanATile_IsOneTileOfItsSize() =>
        Assert.Equal([new Tile(0, 0, new(100, 200))], TileGrid.Cover(new(100, 200), new(800, 1066), overlap: 128));

    /// <summary>Along each axis: from edge to edge, inside, and neighbours share at least the overlap.</summary>
    [Fact]
    public void Cover_AnyImage_LeavesNoGapAndKeepsTheOverlap() => Prop.ForAll(
        Gen.Choose(1, 5000).Four().ToArbitrary(),
        q =>
        {
            var (image, tile) = (new ImageSize(q.Item1, q.Item2), new ImageSize(1 + (q.Item3 / 2), 1 + (q.Item4 / 2)));
            if ((long)image.Height * image.Width / ((long)tile.Height * tile.Width) > 2000) { return true; }
            var overlap = Math.Min(tile.Height, tile.Width) / 4;
            var tiles = TileGrid.Cover(image, tile, overlap);
            return Covered(tiles.Select(t => (t.Top, t.Size.Height)), image.Height, overlap) && Covered(tiles.Select(t => (t.Left, t.Size.Width)), image.Width, overlap);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Cover_OverlapAsLargeAsATile_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TileGrid.Cover(new(100, 100), new(10, 20), overlap: 10));

    static bool Covered(IEnumerable<(int Start, int Length)> spans, int length, int overlap)
    {
        var ordered = spans.Distinct().Order().ToArray();
        return ordered[0].Start == 0 && ordered[^1].Start + ordered[^1].Length == length
            && ordered.Zip(ordered.Skip(1)).All(pair => pair.First.Start + pair.First.Length - pair.Second.Start >= overlap);
    }
}
