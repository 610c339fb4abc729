namespace DetrPerfLab.Vision;

/// <summary>Pictures from a formula, for calibrating without a photograph: coloured rectangles over a gradient, with noise. The same on every machine.</summary>
public static class SyntheticPhotographs
{
    const int Rectangles = 12;

    public static RgbImage Create(int index, ImageSize size)
    {
        var image = new RgbImage();
        image.Resize(size);
        var random = new Sequence((uint)index);
        Span<int> corner = stackalloc int[6];
        foreach (ref var c in corner) { c = random.Next(256); }
        var pixels = image.Pixels;
        for (var y = 0; y < size.Height; y++)
        {
            for (var x = 0; x < size.Width; x++)
            {
                var pixel = pixels.Slice(((y * size.Width) + x) * 3, 3);
                for (var c = 0; c < 3; c++) { pixel[c] = (byte)(corner[c] + ((corner[3 + c] - corner[c]) * (x + y) / (size.Width + size.Height))); }
            }
        }

        for (var i = 0; i < Rectangles; i++) { Rectangle(pixels, size, ref random); }
        foreach (ref var value in pixels) { value = (byte)Math.Clamp(value + random.Next(25) - 12, 0, 255); }
        return image;
    }

    static void Rectangle(Span<byte> pixels, ImageSize size, ref Sequence random)
    {
        var (height, width) = (1 + random.Next(size.Height / 2), 1 + random.Next(size.Width / 2));
        var (top, left) = (random.Next(size.Height - height), random.Next(size.Width - width));
        ReadOnlySpan<byte> colour = [(byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)];
        for (var y = top; y < top + height; y++)
        {
            for (var x = left; x < left + width; x++) { colour.CopyTo(pixels[(((y * size.Width) + x) * 3)..]); }
        }
    }

    // splitmix32, not DeterministicRandom: other numbers are other pictures, so other INT8 models than those that stored results name.
    struct Sequence(uint seed)
    {
        uint _state = seed * 0x9E3779B9u;

        internal int Next(int below)
        {
            _state += 0x9E3779B9u;
            var z = _state;
            z = (z ^ (z >> 16)) * 0x21F0AAADu;
            z = (z ^ (z >> 15)) * 0x735A2D97u;
            return (int)((z ^ (z >> 15)) % (uint)Math.Max(below, 1));
        }
    }
}
