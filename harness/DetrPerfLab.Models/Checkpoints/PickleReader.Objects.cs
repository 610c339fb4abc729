namespace DetrPerfLab.Models;

/// <summary>The opcodes that would call Python: here they only make tensor descriptions and dicts.</summary>
sealed partial class PickleReader
{
    /// <summary>A name that this reader does not know stands for itself: nothing is looked up, and what is made of it stays closed.</summary>
    object Global(string module, string name)
    {
        if (module.Length + name.Length > KnownNames.MaxLength) { throw Damaged($"a global whose name has {module.Length + name.Length} characters before byte {_position}, the limit is {KnownNames.MaxLength}"); }
        if (TorchGlobals.Find(module, name) is { } known) { return known; }
        var full = $"{module}.{name}";
        return _opaque.TryGetValue(full, out var seen) ? seen : _opaque[full] = new(full); // once: two recalled strings can ask for it a hundred thousand times
    }

    /// <summary>What a known function makes of its arguments. Everything else stays closed: an object that no tensor needs must not stop a file, and one that a tensor needs is named there.</summary>
    object Call(object?[] callableAndArguments)
    {
        switch (callableAndArguments)
        {
            case [PickleOpaque opaque, ..]: return opaque;
            case [TorchGlobal { Call: { } call } global, object?[] values]:
                // A call copies its list, and one list can be recalled for many calls: the copies count like opcodes.
                _opcodes += values.OfType<List<object?>>().Sum(list => list.Count);
                return call(values) ?? values.OfType<PickleOpaque>().FirstOrDefault() ?? new PickleOpaque(global.Name);
            case [TorchGlobal global, ..]: return new PickleOpaque(global.Name);
            default: throw Damaged($"a call of something that cannot be called before byte {_position}");
        }
    }

    /// <summary>State of an object that was made before. Only the options of a namespace are kept: no tensor needs other state, as the <c>_metadata</c> of a state dict.</summary>
    void Build()
    {
        var state = Pop();
        if (Peek() is PickleNamespace options && state is PickleDict attributes) { options.Attributes = attributes; }
    }

    /// <summary>
    /// ('storage', class, key, device, count), and in the legacy format a view (key, offset, count) or None. The legacy format has ('module', class, file, source), too: a class of the
    /// writer's with its source code, which stays unread. A storage of a type that is not known stays closed.
    /// </summary>
    object Storage(object? id)
    {
        switch (id)
        {
            case object?[] and ["module", PickleOpaque module, ..]: return module;
            case object?[] and ["storage", PickleOpaque unknown, string name, ..]:
                _unknownStorages.TryAdd(name, unknown.Name);
                return unknown;
        }

        if (id is not object?[] parts || parts is not ["storage", TorchGlobal { Type: { } type }, string key, _, long count, ..])
        {
            throw Damaged($"a persistent id that is no storage before byte {_position}");
        }

        var offset = 0L;
        if (parts.Length > 5 && parts[5] is not null)
        {
            offset = parts[5] is object?[] and [_, long and >= 0 and var first, long]
                ? first
                : throw Damaged($"storage '{key.Printable()}' has a view of another form");
        }

        var storage = new PickleStorage(type, key, count, offset);
        if (!_storages.TryAdd(key, storage) && _storages[key].Type != type)
        {
            throw Damaged($"storage '{key.Printable()}' has two types, {_storages[key].Type} and {type}");
        }

        return storage;
    }

    string Line()
    {
        var rest = bytes.Span[_position..];
        var end = rest.IndexOf((byte)'\n');
        if (end < 0) { throw Damaged($"a global without an end after byte {_position}"); }
        var text = Text(rest[..end]);
        _position += end + 1;
        return text;
    }
}

/// <summary>A Python dict or OrderedDict: entries in order of insertion; a key that comes twice stands twice.</summary>
sealed class PickleDict
{
    internal List<(object? Key, object? Value)> Entries { get; } = [];

    /// <summary>The value of the first entry with that key, or null.</summary>
    internal object? this[string key] => Entries.Find(e => e.Key is string found && found == key).Value;
}

/// <summary>An object that no tensor needs (a counter, a numpy array, the state of a generator, any class of the writer's): known by name, never made.</summary>
sealed record PickleOpaque(string Name);

/// <summary>What <c>argparse.Namespace</c> pickles to: DETR's own training script saves its options so. Data only.</summary>
sealed class PickleNamespace
{
    internal PickleDict? Attributes { get; set; }
}

/// <summary>A tensor's storage as the pickle names it; where its bytes lie is the container's business. In very old files it may view another, from an element on.</summary>
sealed record PickleStorage(StoredType Type, string Key, long Count, long View = 0);

/// <summary>A tensor as the pickle describes it.</summary>
sealed record PickleTensor(PickleStorage Storage, long Start, long[] Shape, long[] Strides);
