using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace DetrPerfLab.Models;

/// <summary>Reads the pickles of checkpoints as data: a stack machine that builds lists, dicts and tensor descriptions, passes over what no tensor needs, and runs nothing.</summary>
/// <remarks>Takes the binary opcodes of protocols 2 to 5; <see cref="TorchGlobals"/> says which names it knows. Loops, never recursion, so depth costs nothing;
/// every length is checked against the bytes that are left; the number of opcodes is limited, so that one-byte "new dict" opcodes cannot fill the memory. By
/// hand: a general unpickler does not have these limits, which a stranger's file needs. Source of the opcodes: CPython, Lib/pickletools.py.</remarks>
sealed partial class PickleReader(CheckpointFile file, string member, ReadOnlyMemory<byte> bytes)
{
    const int MaxOpcodes = 1_000_000; // a training checkpoint of ResNet-152 DETR with its optimizer has about 150,000
    static readonly object s_mark = new();
    static readonly PickleOpaque s_bytes = new("builtins.bytes"), s_set = new("builtins.set");

    readonly List<object?> _stack = [];
    readonly Dictionary<uint, object?> _memo = [];
    readonly Dictionary<string, PickleStorage> _storages = new(StringComparer.Ordinal);
    readonly Dictionary<string, PickleOpaque> _opaque = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _unknownStorages = new(StringComparer.Ordinal);
    int _position;
    int _opcodes;

    internal int Position => _position; // where the next pickle of a sequence begins

    internal IReadOnlyDictionary<string, PickleStorage> Storages => _storages;

    /// <summary>Keys of storages whose elements are of a type that is not known, and the type.</summary>
    internal IReadOnlyDictionary<string, string> UnknownStorages => _unknownStorages;

    /// <summary>Reads one pickle, up to its STOP.</summary>
    internal object? Read()
    {
        _stack.Clear();
        _memo.Clear();
        while (true)
        {
            if (++_opcodes > MaxOpcodes) { throw Damaged($"more than {MaxOpcodes} opcodes"); }
            var at = _position;
            var opcode = Take(1)[0];
            if (opcode == (byte)'.') { return Pop(); }
            Execute(opcode, at);
        }
    }

    void Execute(byte opcode, int at)
    {
        switch (opcode)
        {
            case 0x80: // PROTO
                if (Take(1)[0] is var version and (< 2 or > 5)) { throw Damaged($"protocol {version}, needed 2 to 5"); }
                break;
            case 0x95: Take(8); break; // FRAME: a hint for buffering
            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case (byte)'K': Push((long)Take(1)[0]); break;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case 0x8a: Push(Long(Take(Take(1)[0]))); break;
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case (byte)'X' or (byte)'T': Push(Text(Take(U32()))); break; // BINUNICODE, BINSTRING (Python 2)
            case 0x8c or (byte)'U': Push(Text(Take(Take(1)[0]))); break; // SHORT_BINUNICODE, SHORT_BINSTRING
            case 0x8d: Push(Text(Take(BinaryPrimitives.ReadUInt64LittleEndian(Take(8))))); break;

            case 0x8b: Push(Long(Take(U32()))); break; // LONG4
            case (byte)'B': Take(U32()); Push(s_bytes); break; // bytes, in which no weights lie
            case (byte)'C': Take(Take(1)[0]); Push(s_bytes); break;
            case 0x8e or 0x96: Take(BinaryPrimitives.ReadUInt64LittleEndian(Take(8))); Push(s_bytes); break;
            case 0x8f: Push(s_set); break; // EMPTY_SET
            case 0x90: PopToMark(); break; // ADDITEMS
            case 0x91: PopToMark(); Push(s_set); break; // FROZENSET

            case (byte)'(': Push(s_mark); break;
            case (byte)')': Push(Array.Empty<object?>()); break;
            case (byte)'t': Push(PopToMark()); break;
            case 0x85: Push(PopLast(1)); break;
            case 0x86: Push(PopLast(2)); break;
            case 0x87: Push(PopLast(3)); break;
            case (byte)']': Push(new List<object?>()); break;
            case (byte)'a': Append(PopLast(1)); break;
            case (byte)'e': Append(PopToMark()); break;
            case (byte)'}': Push(new PickleDict()); break;
            case (byte)'s': SetItems(PopLast(2)); break;
            case (byte)'u': SetItems(PopToMark()); break;
            case (byte)'0': Pop(); break;
            case (byte)'1': PopToMark(); break;
            case (byte)'2': Push(Peek()); break;
            case (byte)'q': _memo[Take(1)[0]] = Peek(); break;
            case (byte)'r': _memo[U32()] = Peek(); break;
            case 0x94: _memo[(uint)_memo.Count] = Peek(); break;
            case (byte)'h': Push(Recall(Take(1)[0])); break;
            case (byte)'j': Push(Recall(U32())); break;

            case (byte)'c': Push(Global(Line(), Line())); break;
            case 0x93: // STACK_GLOBAL
                Push(PopLast(2) is [string module, string name] ? Global(module, name) : throw Damaged($"a global without a name before byte {_position}"));
                break;
            case (byte)'R' or 0x81: Push(Call(PopLast(2))); break; // REDUCE, NEWOBJ
            case 0x92: Push(Call(PopLast(3)[..2])); break; // NEWOBJ_EX: named arguments make no tensor
            case (byte)'b': Build(); break;
            case (byte)'Q': Push(Storage(Pop())); break; // BINPERSID
            default: throw Damaged($"opcode 0x{opcode:x2} at byte {at}, which no state dict holds");
        }
    }

    void Append(object?[] items)
    {
        if (Peek() is List<object?> list) { list.AddRange(items); } // else an object that only Python knows how to fill
    }

    void SetItems(object?[] items)
    {
        if (Peek() is not PickleDict dict) { return; } // an object that only Python knows how to fill
        if (items.Length % 2 != 0) { throw Damaged($"a dict with a key without a value before byte {_position}"); }
        for (var i = 0; i < items.Length; i += 2) { dict.Entries.Add((items[i], items[i + 1])); }
    }

    object? Recall(uint key) => _memo.TryGetValue(key, out var value) ? value : throw Damaged($"memo {key} is used before it is set");

    void Push(object? value) => _stack.Add(value);

    object? Peek() => _stack is [.., var top] && top != s_mark ? top : throw Damaged($"the stack is empty before byte {_position}");

    object? Pop()
    {
        var top = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    object?[] PopLast(int count)
    {
        var items = new object?[count];
        for (var i = count - 1; i >= 0; i--) { items[i] = Pop(); }
        return items;
    }

    object?[] PopToMark()
    {
        var mark = _stack.LastIndexOf(s_mark);
        if (mark < 0) { throw Damaged($"no mark on the stack before byte {_position}"); }
        var items = _stack.GetRange(mark + 1, _stack.Count - mark - 1).ToArray();
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }

    ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(bytes.Length - _position)) { throw Damaged($"it ends at byte {bytes.Length}, in the middle of an opcode that needs {count} more"); }
        _position += (int)count;
        return bytes.Span.Slice(_position - (int)count, (int)count);
    }

    uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>Python's integers have no limit; the only one beyond 64 bits in a checkpoint is the magic number of the legacy format.</summary>
    static object Long(ReadOnlySpan<byte> bytes)
    {
        var value = new BigInteger(bytes);
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value; // without the cast, C# would make both BigInteger
    }

    static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    LabException Damaged(string found) => file.Damaged($"pickle '{member}': {found}");
}
