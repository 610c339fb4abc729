namespace DetrPerfLab.Engines;

/// <summary>What can be chosen for any engine on libtorch.</summary>
sealed record TorchOptions
{
    /// <summary>Threads inside one operator; 0 takes every processor that this process may use.</summary>
    /// <remarks>libtorch's own default counts physical cores, so that it leaves half of a hyper-threaded machine idle.</remarks>
    public int Threads
    {
        get;
        init => field = value >= 0 ? value : throw LabError.OutOfRange(value, "0 or more");
    }

    internal int EffectiveThreads => Threads == 0 ? Environment.ProcessorCount : Threads;
}
