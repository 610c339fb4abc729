using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary><c>dl_tag</c>.</summary>
enum Tag
{
    None,
    Tensor,
    Int,
    Double,
    Bool,
    Ints,
    Tensors,
}

/// <summary><c>dl_argument</c>.</summary>
struct NativeArgument
{
    public Tag Tag;
    public int Count;
    public long Bits;
}

/// <summary>One argument of an operator, before conversion. Null of any kind is the schema's None.</summary>
readonly struct Argument
{
    Argument(Tag tag, long bits) => (Tag, Bits) = (tag, bits);

    Argument(Tag tag, object? reference) => (Tag, Reference) = (reference is null ? Tag.None : tag, reference);

    public Tag Tag { get; }

    public long Bits { get; }

    public object? Reference { get; }

    public static implicit operator Argument(Tensor? value) => new(Tag.Tensor, value);

    public static implicit operator Argument(long[]? value) => new(Tag.Ints, value);

    public static implicit operator Argument(Tensor[] value) => new(Tag.Tensors, value);

    public static implicit operator Argument(long value) => new(Tag.Int, value);

    public static implicit operator Argument(long? value) => value is { } some ? new(Tag.Int, some) : default;

    public static implicit operator Argument(bool value) => new(Tag.Bool, value ? 1 : 0);

    public static implicit operator Argument(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Argument(ScalarType value) => new(Tag.Int, (long)value);

    public static implicit operator Argument(ScalarType? value) => value is { } some ? some : default(Argument);

    public static implicit operator Argument(Scalar value) => value.IsInteger ? new(Tag.Int, value.Integer) : (Argument)value.Real;
}

/// <summary>Holds the elements of list arguments for the length of one call.</summary>
unsafe ref struct ArgumentPool(Span<long> stack)
{
    /// <summary>Far above what any call here passes; a longer list is a mistake.</summary>
    public const int Capacity = 64;

    readonly Span<long> _stack = stack; // stack memory: its address is fixed
    int _used;

    public NativeArgument Convert(Argument argument) => argument.Tag switch
    {
        Tag.Tensor => new() { Tag = Tag.Tensor, Bits = ((Tensor)argument.Reference!).Handle },
        Tag.Ints => List(Tag.Ints, (long[])argument.Reference!),
        Tag.Tensors => Handles((Tensor[])argument.Reference!),
        _ => new() { Tag = argument.Tag, Bits = argument.Bits },
    };

    NativeArgument Handles(Tensor[] tensors)
    {
        var start = _used;
        foreach (var tensor in tensors) { _stack[_used++] = tensor.Handle; }
        return At(Tag.Tensors, start);
    }

    NativeArgument List(Tag tag, long[] values)
    {
        var start = _used;
        values.CopyTo(_stack[start..]);
        _used += values.Length;
        return At(tag, start);
    }

    readonly NativeArgument At(Tag tag, int start)
    {
        fixed (long* address = _stack[start..]) { return new() { Tag = tag, Count = _used - start, Bits = (long)address }; }
    }
}
