using System.Text;

namespace DetrPerfLab.Models;

/// <summary>Assembles a pickle opcode by opcode, as torch.save writes one.</summary>
/// <remarks>Source: CPython, Lib/pickletools.py (protocol 2); PyTorch, torch/csrc/jit/serialization/pickler.cpp (how a tensor is told).</remarks>
sealed class PickleWriter
{
    readonly List<byte> _bytes = [];

    internal PickleWriter Op(params ReadOnlySpan<char> opcodes)
    {
        foreach (var opcode in opcodes) { _bytes.Add((byte)opcode); }
        return this;
    }

    internal PickleWriter Append(PickleWriter other)
    {
        _bytes.AddRange(other._bytes);
        return this;
    }

    internal PickleWriter Proto() => Op((char)0x80, (char)2);

    internal PickleWriter EmptyDict() => Op('}');

    internal PickleWriter Mark() => Op('(');

    internal PickleWriter Bool(bool value) => Op((char)(value ? 0x88 : 0x89));

    internal PickleWriter Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Op('X');
        _bytes.AddRange([.. Little(bytes.Length, 4), .. bytes]);
        return this;
    }

    internal PickleWriter Long(long value)
    {
        Op((char)0x8a, (char)8);
        _bytes.AddRange(Little(value, 8));
        return this;
    }

    static IEnumerable<byte> Little(long value, int length) => Enumerable.Range(0, length).Select(i => (byte)(value >> (8 * i)));

    internal PickleWriter Longs(IEnumerable<long> values)
    {
        Mark();
        foreach (var value in values) { Long(value); }
        return Op('t');
    }

    internal PickleWriter Global(string module, string name)
    {
        Op('c');
        _bytes.AddRange(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));
        return this;
    }

    /// <summary>An object of a class; its state follows, and <c>BUILD</c> ('b') gives it to the object.</summary>
    internal PickleWriter Object(string module, string name) => Global(module, name).Op(')', (char)0x81);

    internal PickleWriter Storage(string type, string key, long count) =>
        Mark().Text("storage").Global("torch", type).Text(key).Text("cpu").Long(count).Op('t', 'Q');

    internal PickleWriter Tensor(string type, string key, long count, long start, IEnumerable<long> shape, IEnumerable<long> strides) =>
        Global("torch._utils", "_rebuild_tensor_v2").Mark().Storage(type, key, count).Long(start).Longs(shape).Longs(strides).WithoutGradient();

    /// <summary>The end of a tensor: it needs no gradient, and has no hooks.</summary>
    internal PickleWriter WithoutGradient() => Bool(false).Global("collections", "OrderedDict").Op(')', 'R', 't', 'R');

    internal byte[] Stop() => [.. _bytes, (byte)'.'];
}
