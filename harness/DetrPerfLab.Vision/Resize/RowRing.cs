using System.Runtime.InteropServices;

namespace DetrPerfLab.Vision;

/// <summary>The last few source rows after the row pass, by channel: as many as one column sum can need. One for each thread.</summary>
sealed unsafe class RowRing
{
    byte[] _buffer = [];
    nint[] _taps = [];
    int _slots; // rows held
    int _stride; // bytes of one channel of a resampled row, margin included
    int _sourceStride; // the same of a source row
    ResizeTables _tables = null!;
    byte* _source;
    int _next; // first source row not yet resampled

    /// <summary>Makes room; before the threads start, so that they need not.</summary>
    internal void Reserve(ResizeTables tables)
    {
        _tables = tables;
        _slots = tables.Columns.MaxTaps;
        _stride = tables.Rows.Target + RowPass.Margin;
        _sourceStride = tables.Rows.Source + RowPass.Margin;
        var bytes = checked(3 * (((_slots + 1) * _stride) + _sourceStride)); // the rows, one output row, one source row
        if (_buffer.Length < bytes) { _buffer = GC.AllocateUninitializedArray<byte>(bytes, pinned: true); }
        if (_taps.Length < _slots) { _taps = GC.AllocateUninitializedArray<nint>(_slots, pinned: true); }
    }

    internal void Start(byte* source)
    {
        _source = source;
        _next = 0;
    }

    /// <summary>Resamples the source rows from <paramref name="first"/> on that are not there yet.</summary>
    internal void Advance(int first, int count)
    {
        var width = _tables.Rows.Source;
        for (_next = Math.Max(_next, first); _next < first + count; _next++)
        {
            RgbPlanes.Split(new ReadOnlySpan<byte>(_source + ((long)_next * width * 3), width * 3), SourceRow, _sourceStride);
            for (var channel = 0; channel < 3; channel++) { _tables.RowPass.Run(SourceRow + (channel * _sourceStride), Row(_next, channel)); }
        }
    }

    /// <summary>The resampled rows from <paramref name="first"/> on, which the last <see cref="Advance"/> was asked for.</summary>
    internal byte** Taps(int first, int count, int channel)
    {
        for (var t = 0; t < count; t++) { _taps[t] = (nint)Row(first + t, channel); }
        return (byte**)Marshal.UnsafeAddrOfPinnedArrayElement(_taps, 0);
    }

    byte* Row(int y, int channel) => Base + ((((y % _slots) * 3) + channel) * _stride);

    /// <summary>Where an output row of bytes is made before it is interleaved.</summary>
    internal byte* Output(int channel) => Base + (((_slots * 3) + channel) * _stride);

    internal void MergeOutput(byte* target) => RgbPlanes.Merge(Output(0), _stride, new Span<byte>(target, _tables.Rows.Target * 3));

    byte* SourceRow => Output(3);
    byte* Base => (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_buffer, 0);
}

/// <summary>The weights of a resize; those of sizes seen before are kept.</summary>
sealed class ResizeTables
{
    // A data set of photographs has some dozens of shapes; the bound keeps a stream of strange ones from growing without end.
    const int MostKept = 256;

    readonly Dictionary<(int Source, int Target), RowPass> _rows = [];
    readonly Dictionary<(int Source, int Target), ResampleAxis> _columns = [];

    internal RowPass RowPass { get; private set; } = null!;
    internal ResampleAxis Rows => RowPass.Axis;
    internal ResampleAxis Columns { get; private set; } = null!;

    internal void Load(ImageSize source, ImageSize target)
    {
        RowPass = Find(_rows, (source.Width, target.Width), static key => new RowPass(new ResampleAxis(key.Source, key.Target)));
        Columns = Find(_columns, (source.Height, target.Height), static key => new ResampleAxis(key.Source, key.Target));
    }

    static T Find<T>(Dictionary<(int Source, int Target), T> tables, (int Source, int Target) key, Func<(int Source, int Target), T> make)
    {
        if (tables.TryGetValue(key, out var table)) { return table; }
        if (tables.Count == MostKept) { tables.Clear(); }
        return tables[key] = make(key);
    }
}
