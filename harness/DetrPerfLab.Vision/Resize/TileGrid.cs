namespace DetrPerfLab.Vision;

/// <summary>Part of an image: its first row and column, and its size.</summary>
public readonly record struct Tile(int Top, int Left, ImageSize Size);

/// <summary>Cuts a large image into overlapping tiles, so that an object on a border lies whole in one of them.</summary>
public static class TileGrid
{
    /// <summary>
    /// Tiles of one size that cover the image, evenly spread, the last ones flush with its edges. Where the image is smaller than a tile, so is the tile.
    /// Neighbours share at least <paramref name="overlap"/> rows and columns, which is below the tile's sides.
    /// </summary>
    public static IReadOnlyList<Tile> Cover(ImageSize image, ImageSize tile, int overlap)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(overlap);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(overlap, Math.Min(tile.Height, tile.Width));
        var size = new ImageSize(Math.Min(tile.Height, image.Height), Math.Min(tile.Width, image.Width));
        return [.. from top in Starts(image.Height, size.Height, overlap) from left in Starts(image.Width, size.Width, overlap) select new Tile(top, left, size)];
    }

    static IEnumerable<int> Starts(int length, int tile, int overlap)
    {
        var count = length <= tile ? 1 : 1 + ((length - tile + tile - overlap - 1) / (tile - overlap));
        for (var i = 0; i < count; i++) { yield return count == 1 ? 0 : (int)((long)i * (length - tile) / (count - 1)); }
    }
}
