namespace DetrPerfLab.Serving;

/// <summary>How many pictures the server has taken on, all models together: a bounded number, so that memory is bounded. Who would be answered after the deadline is refused at once, too.</summary>
sealed class Admission(int limit, int workers)
{
    const double Newest = 1.0 / 16; // share of the newest in the moving mean
    const double Swing = 1.1; // of the pace: taken on last, a picture should still be in time when the next are a little slower

    readonly Lock _gate = new();
    int _inside;
    double _pictureSeconds; // of an engine, a moving mean; 0 until one ran

    internal int Limit => limit;
    internal int Inside => Volatile.Read(ref _inside);

    /// <summary>Until what is inside now is answered, at the pace of the latest inferences.</summary>
    internal TimeSpan Wait => TimeSpan.FromSeconds(Inside * Volatile.Read(ref _pictureSeconds) / workers);

    /// <summary>Whether there is no room, or no answer in time. Never for the deadline's sake while nobody is inside: the pace may be of a busier hour.</summary>
    internal bool Refuses(TimeSpan deadline) => Inside >= limit || Swing * Wait > deadline;

    /// <summary>All of a request's pictures, or none.</summary>
    internal bool TryEnter(int pictures, TimeSpan deadline)
    {
        while (true)
        {
            var inside = Inside;
            if (inside + pictures > limit || Refuses(deadline)) { return false; }
            if (Interlocked.CompareExchange(ref _inside, inside + pictures, inside) == inside) { return true; }
        }
    }

    internal void Leave(int pictures) => Interlocked.Add(ref _inside, -pictures);

    /// <summary>An inference is done.</summary>
    internal void Ran(int pictures, TimeSpan took)
    {
        var seconds = took.TotalSeconds / pictures;
        lock (_gate) { _pictureSeconds += _pictureSeconds == 0 ? seconds : Newest * (seconds - _pictureSeconds); }
    }
}
