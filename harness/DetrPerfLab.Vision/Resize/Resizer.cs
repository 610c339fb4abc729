namespace DetrPerfLab.Vision;

/// <summary>Pillow's antialiased bilinear resize, bit for bit, with vector instructions and on several threads. Allocates nothing once warm.</summary>
/// <remarks>
/// Both passes run row by row: the few rows that a column sum needs stay in the first-level cache, and no intermediate image exists.
/// Tables of sizes seen before are kept, and so are the buffers. Not thread-safe: one resizer, one caller.
/// </remarks>
public sealed class Resizer
{
    // Below this many output pixels, waking another thread costs more than it saves.
    const int PixelsWorthAThread = 64 * 1024;

    readonly ResizeTables _tables = new();
    readonly BandWorkers _workers;
    readonly RowRing[] _rings;
    readonly Job _job;

    /// <summary><paramref name="threads"/>: that one image may use, the caller's included, 1 to 256.</summary>
    public Resizer(int threads = 1)
    {
        if (threads is < 1 or > 256) { throw LabError.OutOfRange(threads, "1 to 256"); }
        _rings = [.. Enumerable.Range(0, threads).Select(_ => new RowRing())];
        _job = new Job(_rings, _tables);
        _workers = new BandWorkers(threads, _job.Run);
    }

    public unsafe void Resize(RgbImage source, ImageSize size, RgbImage target)
    {
        if (ReferenceEquals(source, target)) { throw new ArgumentException("An image cannot be resized into itself.", nameof(target)); }
        ResizeRule.CheckSides(source.Size);
        ResizeRule.CheckSides(size);
        target.Resize(size);
        fixed (byte* from = source.Pixels, to = target.Pixels)
        {
            _job.ToBytes(from, to);
            Run(source.Size, size);
        }
    }

    /// <summary>Resizes, normalises and stores by channel: [3, canvas height, canvas width], of which only the top left <paramref name="size"/> is written.</summary>
    internal unsafe void ResizeToPlanes(RgbImage source, ImageSize size, Normalization normalization, Span<float> target, ImageSize canvas)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(canvas.Height, size.Height, nameof(canvas));
        ArgumentOutOfRangeException.ThrowIfLessThan(canvas.Width, size.Width, nameof(canvas));
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, checked(3 * canvas.Height * canvas.Width), nameof(target));
        ResizeRule.CheckSides(source.Size);
        ResizeRule.CheckSides(size);
        fixed (byte* from = source.Pixels)
        fixed (float* to = target)
        {
            _job.ToFloats(from, to, canvas, normalization);
            Run(source.Size, size);
        }
    }

    void Run(ImageSize source, ImageSize size)
    {
        _tables.Load(source, size);
        foreach (var ring in _rings) { ring.Reserve(_tables); }

        // Some bands a thread, so that one which is held up leaves its share to the others; a band repeats the row pass of its first rows.
        var threads = Math.Min(_workers.Threads, Math.Max((long)size.Height * size.Width / PixelsWorthAThread, 1));
        var bands = threads == 1 ? 1 : (int)Math.Min(threads * 4, size.Height);
        _job.BandRows = (size.Height + bands - 1) / bands;
        _workers.Run(bands);
    }

    /// <summary>What the threads do together; holds pointers only while the caller has the images pinned.</summary>
    sealed unsafe class Job(RowRing[] rings, ResizeTables tables)
    {
        Normalization? _normalization;
        ImageSize _canvas;
        byte* _source;
        byte* _bytes;
        float* _floats;

        internal int BandRows { get; set; }

        internal void ToBytes(byte* source, byte* target)
        {
            _source = source;
            _bytes = target;
            _normalization = null;
        }

        internal void ToFloats(byte* source, float* target, ImageSize canvas, Normalization normalization)
        {
            _source = source;
            _floats = target;
            (_canvas, _normalization) = (canvas, normalization);
        }

        internal void Run(int band, int worker)
        {
            var (ring, columns, width) = (rings[worker], tables.Columns, tables.Rows.Target);
            var end = Math.Min((band + 1) * BandRows, columns.Target);
            ring.Start(_source);
            for (var y = band * BandRows; y < end; y++)
            {
                var weights = columns.Weights(y);
                ring.Advance(columns.First(y), weights.Length);
                for (var channel = 0; channel < 3; channel++)
                {
                    var taps = ring.Taps(columns.First(y), weights.Length, channel);
                    var pixels = ring.Output(channel);
                    if (_normalization is null) { ColumnPass.ToBytes(taps, weights, pixels, width); }
                    else
                    {
                        var row = _floats + ((((long)channel * _canvas.Height) + y) * _canvas.Width);
                        ColumnPass.ToFloats(taps, weights, pixels, _normalization, channel, new Span<float>(row, width));
                    }
                }

                if (_normalization is null) { ring.MergeOutput(_bytes + ((long)y * width * 3)); }
            }
        }
    }
}
