namespace DetrPerfLab.Models;

/// <summary>A Python dict or OrderedDict: entries in order of insertion; a key that comes twice stands twice.</summary>
sealed class PickleDict
{
    internal List<(object? Key, object? Value)> Entries { get; } = [];

    /// <summary>The value of the first entry with that key, or null.</summary>
    internal object? this[string key] => Entries.Find(e => e.Key is string found && found == key).Value;
}

/// <summary>What <c>argparse.Namespace</c> pickles to: DETR's own training script saves its options so. Data only.</summary>
sealed class PickleNamespace
{
    internal PickleDict? Attributes { get; set; }
}

/// <summary>A tensor's storage as the pickle names it; where its bytes lie is the container's business. In very old files it may view another, from an element on.</summary>
sealed record PickleStorage(StoredType Type, string Key, long Count, long View = 0);

/// <summary>A tensor as the pickle describes it.</summary>
sealed record PickleTensor(PickleStorage Storage, long Start, long[] Shape, long[] Strides);
