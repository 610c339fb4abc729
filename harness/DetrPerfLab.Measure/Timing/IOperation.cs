namespace DetrPerfLab.Measure;

/// <summary>What is timed. Only <see cref="Run"/> and the <see cref="Synchronize"/> after it lie between start and stop of the clock.</summary>
public interface IOperation
{
    /// <summary>Called before each timed run, off the clock.</summary>
    void Prepare() { }

    /// <summary>Does the work, or starts it.</summary>
    void Run();

    /// <summary>Blocks until all work that was started is done.</summary>
    void Synchronize() { }

    /// <summary>Called after each timed run, off the clock.</summary>
    void Finish(double ms) { }
}

/// <summary>One inference with buffers that stay bound.</summary>
public sealed class EngineOperation(IInferenceEngine engine, TensorSet inputs, TensorSet outputs) : IOperation
{
    public void Run() => engine.Run(inputs, outputs);

    public void Synchronize() => engine.Synchronize();
}

/// <summary>Work that blocks until it is done, for example decoding or post-processing.</summary>
public sealed class ActionOperation(Action run) : IOperation
{
    public void Run() => run();
}
