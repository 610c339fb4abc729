using System.Text.Json;

namespace DetrPerfLab.Vision;

/// <summary>Reads COCO's JSON; fields that nobody asks for are passed over.</summary>
static class CocoJson
{
    /// <summary>Refuses a damaged file with what is wrong, at which entry, and the form that it needs.</summary>
    internal static T Read<T>(Stream stream, string name, string needed)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(new ShortValues(stream), LabJson.Foreign) ?? throw new JsonException("the file holds null");
        }
        catch (JsonException e)
        {
            throw LabError.BadCocoFile(name, needed, e);
        }
    }

    /// <summary>JSON on its way to the serializer, which holds a value whole: one beyond all reason ends the reading first. From files and pipes.</summary>
    sealed class ShortValues(Stream inner) : Stream
    {
        const int Largest = 1 << 26; // an entry of 64 MiB is an attack, not data
        const int EntryDepth = 2; // an entry lies in a list, which may lie in an object

        int _length, _depth;
        bool _quoted, _escaped;

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            foreach (var b in buffer[..read])
            {
                _quoted ^= b == '"' && !_escaped;
                _escaped = _quoted && b == '\\' && !_escaped;
                _depth += _quoted ? 0 : b is (byte)'{' or (byte)'[' ? 1 : b is (byte)'}' or (byte)']' ? -1 : 0;
                _length = !_quoted && b is (byte)'}' or (byte)']' && _depth <= EntryDepth ? 0 : _length + 1;
                if (_length > Largest) { throw new JsonException($"one value is longer than {Largest} bytes"); }
            }

            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
