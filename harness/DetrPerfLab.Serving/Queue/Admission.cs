namespace DetrPerfLab.Serving;

/// <summary>How many pictures the server has taken on, all models together: a bounded number, so that memory and waiting are bounded too.</summary>
sealed class Admission(int limit)
{
    int _inside;

    internal int Limit => limit;
    internal int Inside => Volatile.Read(ref _inside);
    internal bool IsFull => Inside >= limit;

    /// <summary>All of a request's pictures, or none.</summary>
    internal bool TryEnter(int pictures)
    {
        while (true)
        {
            var inside = Inside;
            if (inside + pictures > limit) { return false; }
            if (Interlocked.CompareExchange(ref _inside, inside + pictures, inside) == inside) { return true; }
        }
    }

    internal void Leave(int pictures) => Interlocked.Add(ref _inside, -pictures);
}
