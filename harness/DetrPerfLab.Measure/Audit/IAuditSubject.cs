namespace DetrPerfLab.Measure;

/// <summary>An operation whose input an audit can exchange and whose outputs it can look at, both off the clock.</summary>
public interface IAuditSubject : IOperation
{
    string Name { get; } // for messages
    IReadOnlyList<HostTensor> Outputs { get; } // outputs of the latest run that was watched; poisoned before it; shapes are those of the reference

    /// <summary>Puts a fresh input in the place of the usual one; each index from 0 gives another, and always the same one.</summary>
    void Freshen(int index);

    void Restore(int index);

    /// <summary>Tells that the outputs of the next run will be looked at.</summary>
    void Watch() { }
}

/// <summary>An operation from tensors that stay bound to tensors that stay bound.</summary>
/// <param name="inputs">Changed for the length of a fresh run.</param>
/// <param name="outputs">What is compared; all that the operation gives, or the last part where buffers are used again and again.</param>
public sealed class TensorSubject(string name, IOperation operation, IReadOnlyList<HostTensor> inputs, IReadOnlyList<HostTensor> outputs, ulong seed = 1) : IAuditSubject
{
    public string Name => name;
    public IReadOnlyList<HostTensor> Outputs => outputs;

    public void Freshen(int index) => FreshInput.Toggle(inputs, seed, index);

    public void Restore(int index) => FreshInput.Toggle(inputs, seed, index);

    public void Prepare() => operation.Prepare();

    public void Run() => operation.Run();

    public void Synchronize() => operation.Synchronize();

    public void Finish(double ms) => operation.Finish(ms);
}
