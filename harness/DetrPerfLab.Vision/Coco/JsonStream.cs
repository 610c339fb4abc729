using System.Text.Json;

namespace DetrPerfLab.Vision;

/// <summary>Reads JSON token by token from a stream of any length through one small buffer.</summary>
/// <remarks>A token of the wrong kind is a <see cref="FormatException"/>, damaged JSON a <see cref="JsonException"/>; the caller names the file.</remarks>
ref struct JsonStream
{
    const int LargestToken = 1 << 26; // a name or number of 64 MiB is an attack, not data

    readonly Stream _stream;
    byte[] _buffer = new byte[1 << 16];
    int _length;
    bool _ended;

    /// <summary>The token that was read last.</summary>
    internal Utf8JsonReader Token;

    internal JsonStream(Stream stream)
    {
        _stream = stream;
        Fill(0);
        if (_buffer.AsSpan(0, _length).StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) // a byte order mark
        {
            _length -= 3;
            _buffer.AsSpan(3, _length).CopyTo(_buffer);
        }

        var options = new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        Token = new Utf8JsonReader(_buffer.AsSpan(0, _length), _ended, new JsonReaderState(options));
    }

    /// <summary>Goes to the next token; false at the end of the document.</summary>
    internal bool Read()
    {
        while (!Token.Read())
        {
            if (_ended) { return false; }
            var state = Token.CurrentState;
            var rest = _buffer.AsSpan((int)Token.BytesConsumed, _length - (int)Token.BytesConsumed);
            if (rest.Length == _buffer.Length)
            {
                if (_buffer.Length >= LargestToken) { throw new FormatException($"one value is longer than {LargestToken} bytes"); }
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
            else
            {
                rest.CopyTo(_buffer);
            }

            Fill(rest.Length);
            Token = new Utf8JsonReader(_buffer.AsSpan(0, _length), _ended, state);
        }

        return true;
    }

    /// <summary>Reads the next token, which must be of this kind.</summary>
    internal void Expect(JsonTokenType kind, string what)
    {
        if (!Read()) { throw new FormatException($"the file ends where {what} was needed"); }
        if (Token.TokenType != kind) { throw new FormatException($"found {Token.TokenType}, needed {what}"); }
    }

    /// <summary>Reads the next token as a whole number.</summary>
    internal long Integer(string name)
    {
        Expect(JsonTokenType.Number, $"a whole number as {name}");
        return Token.TryGetInt64(out var value) ? value : throw new FormatException($"{name} is not a whole number of 64 bits");
    }

    /// <summary>Reads the next token as a finite number.</summary>
    internal double Number(string name)
    {
        Expect(JsonTokenType.Number, $"a number as {name}");
        return Token.TryGetDouble(out var value) && double.IsFinite(value) ? value : throw new FormatException($"{name} is not a finite number");
    }

    /// <summary>Reads the next token as text.</summary>
    internal string Text(string name)
    {
        Expect(JsonTokenType.String, $"text as {name}");
        return Token.GetString()!;
    }

    /// <summary>Passes over the value of the property that was read last.</summary>
    internal void SkipValue()
    {
        if (!Read()) { return; }
        if (Token.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject)) { return; }
        var depth = Token.CurrentDepth;
        while (Read() && Token.CurrentDepth > depth) { }
    }

    void Fill(int from)
    {
        var read = _stream.ReadAtLeast(_buffer.AsSpan(from), _buffer.Length - from, throwOnEndOfStream: false);
        _length = from + read;
        _ended = _length < _buffer.Length;
    }
}
