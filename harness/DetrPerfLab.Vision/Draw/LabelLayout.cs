using SkiaSharp;

namespace DetrPerfLab.Vision;

/// <summary>Finds places for labels: at their box, inside the image, and apart from those placed before.</summary>
sealed class LabelLayout(ImageSize image)
{
    readonly List<SKRectI> _taken = [];

    /// <summary>Places one label at the box that it names, cut to the image. Give the surest detections first: they get the best places.</summary>
    internal SKRectI Place(SKRectI box, int width, int height)
    {
        (width, height) = (Math.Min(width, image.Width), Math.Min(height, image.Height));
        var (best, least) = (default(SKRectI), long.MaxValue);
        foreach (var (left, top) in Candidates(box, width, height))
        {
            var x = Math.Clamp(left, 0, image.Width - width);
            var y = Math.Clamp(top, 0, image.Height - height);
            var place = new SKRectI(x, y, x + width, y + height);
            var overlap = _taken.Sum(other => Area(SKRectI.Intersect(place, other)));
            if (overlap >= least) { continue; }
            (best, least) = (place, overlap);
            if (overlap == 0) { break; }
        }

        _taken.Add(best);
        return best;
    }

    static long Area(SKRectI rect) => (long)rect.Width * rect.Height;

    /// <summary>From the customary place, above the top left corner, to ever farther ones along the box's edges.</summary>
    static IEnumerable<(int Left, int Top)> Candidates(SKRectI box, int width, int height)
    {
        int[] lefts = [box.Left, box.Right - width, box.Left + ((box.Width - width) / 2)];
        int[] tops = [box.Top - height, box.Top, box.Bottom, box.Bottom - height];
        foreach (var top in tops)
        {
            foreach (var left in lefts) { yield return (left, top); }
        }

        for (var step = 1; step <= 6; step++)
        {
            yield return (box.Left, box.Top + (step * height)); // down the left edge, inside
            yield return (box.Left, box.Top - ((step + 1) * height)); // away upwards
        }
    }
}
