namespace DetrPerfLab.Models;

/// <summary>Something that a pickle may name: a storage class by the type of its elements, or a function that this reader does itself.</summary>
/// <remarks>A call makes the object from its arguments, or gives null when they do not fit.</remarks>
sealed record TorchGlobal(string Name, StoredType? Type, Func<object?[], object?>? Call);

/// <summary>All Python objects that a state dict needs. Every other name stays closed (<see cref="PickleOpaque"/>); none is looked up anywhere else, and nothing of Python is run.</summary>
static class TorchGlobals
{
    static readonly Dictionary<string, TorchGlobal> s_known = ((TorchGlobal[])
    [
        .. StoredType.All.Where(type => type.Torch is not null).Select(type => new TorchGlobal($"torch.{type.Torch}", type, null)),
        new("torch._utils._rebuild_tensor", null, RebuildTensor),
        new("torch._utils._rebuild_tensor_v2", null, RebuildTensor),
        new("torch._utils._rebuild_parameter", null, RebuildParameter),
        new("torch._utils._rebuild_parameter_with_state", null, RebuildParameter),
        new("torch._tensor._rebuild_from_type", null, RebuildFromType),
        new("torch._tensor._rebuild_from_type_v2", null, RebuildFromType),
        new("torch.Size", null, arguments => arguments is [object?[] lengths] ? lengths : null),
        new("collections.OrderedDict", null, OrderedDict),
        new("collections.defaultdict", null, arguments => new PickleDict()),
        // facebookresearch/detr@29901c5, main.py, saves {'model', 'optimizer', 'lr_scheduler', 'epoch', 'args'}.
        new("argparse.Namespace", null, _ => new PickleNamespace()),
    ]).ToDictionary(global => global.Name, StringComparer.Ordinal);

    internal static TorchGlobal? Find(string module, string name) => s_known.GetValueOrDefault($"{module}.{name}");

    /// <summary>(storage, storage_offset, size, stride, …): what follows concerns gradients.</summary>
    static PickleTensor? RebuildTensor(object?[] arguments) =>
        arguments is [PickleStorage storage, long start, object?[] size, object?[] stride, ..]
        && Longs(size) is { } shape && Longs(stride) is { } strides
            ? new PickleTensor(storage, start, shape, strides)
            : null;

    /// <summary>(tensor, …): what follows concerns gradients and attributes of the writer's.</summary>
    static PickleTensor? RebuildParameter(object?[] arguments) => arguments is [PickleTensor tensor, ..] ? tensor : null;

    /// <summary>(function, type, arguments, state): a tensor that carries attributes. Only the two functions that rebuild one from data are followed, so it cannot nest.</summary>
    static PickleTensor? RebuildFromType(object?[] arguments) => arguments is [TorchGlobal { Call: { } call }, _, object?[] own, ..]
        ? call == RebuildTensor ? RebuildTensor(own) : call == RebuildParameter ? RebuildParameter(own) : null
        : null;

    /// <summary>No tensor of a DETR has more than four axes; the limit keeps a shape that is recalled many times from filling the memory.</summary>
    static long[]? Longs(object?[] items) => items.Length <= StoredTensor.MaxAxes && items.All(item => item is long) ? [.. items.Cast<long>()] : null;

    /// <summary>No arguments, or as Python 2 wrote it: a list of pairs.</summary>
    static PickleDict? OrderedDict(object?[] arguments)
    {
        var dict = new PickleDict();
        if (arguments is []) { return dict; }
        if (arguments is not [List<object?> pairs]) { return null; }
        foreach (var pair in pairs)
        {
            if (pair is IList<object?> and [var key, var value]) { dict.Entries.Add((key, value)); }
            else { return null; }
        }

        return dict;
    }
}
