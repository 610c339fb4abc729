namespace DetrPerfLab.Measure;

/// <summary>What is timed. Only <see cref="Run"/> and the <see cref="Synchronize"/> after it lie between start and stop of the clock.</summary>
public interface IOperation
{
    /// <summary>Called before each timed run, off the clock.</summary>
    void Prepare()
    {
    }

    /// <summary>Does the work, or starts it.</summary>
    void Run();

    /// <summary>Blocks until all work that was started is done.</summary>
    void Synchronize()
    {
    }

    /// <summary>Called after each timed run, off the clock.</summary>
    /// <param name="ms">What the run took.</param>
    void Finish(double ms)
    {
    }
}

/// <summary>One inference with buffers that stay bound.</summary>
/// <param name="inputs">As the engine takes them.</param>
/// <param name="outputs">Filled by each run.</param>
public sealed class EngineOperation(IInferenceEngine engine, TensorSet inputs, TensorSet outputs) : IOperation
{
    /// <inheritdoc/>
    public void Run() => engine.Run(inputs, outputs);

    /// <inheritdoc/>
    public void Synchronize() => engine.Synchronize();
}

/// <summary>Work that blocks until it is done, for example decoding or post-processing.</summary>
/// <param name="run">Allocates nothing where allocation is measured.</param>
public sealed class ActionOperation(Action run) : IOperation
{
    /// <inheritdoc/>
    public void Run() => run();
}
