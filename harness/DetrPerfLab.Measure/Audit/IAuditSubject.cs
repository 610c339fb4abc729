namespace DetrPerfLab.Measure;

/// <summary>An operation whose input an audit can exchange and whose outputs it can look at, both off the clock.</summary>
public interface IAuditSubject : IOperation
{
    /// <summary>Of what is audited, for messages.</summary>
    string Name { get; }

    /// <summary>Outputs of the latest run that was watched; poisoned before it. Shapes are those of the reference.</summary>
    IReadOnlyList<HostTensor> Outputs { get; }

    /// <summary>Puts a fresh input in the place of the usual one.</summary>
    /// <param name="index">From 0; each gives another input, and always the same one.</param>
    void Freshen(int index);

    /// <summary>Puts the usual input back.</summary>
    /// <param name="index">As given to <see cref="Freshen"/>.</param>
    void Restore(int index);

    /// <summary>Tells that the outputs of the next run will be looked at.</summary>
    void Watch()
    {
    }
}

/// <summary>An operation from tensors that stay bound to tensors that stay bound.</summary>
/// <param name="operation">Reads the inputs and fills the outputs.</param>
/// <param name="inputs">Changed for the length of a fresh run.</param>
/// <param name="outputs">What is compared; all that the operation gives, or the last part where buffers are used again and again.</param>
public sealed class TensorSubject(string name, IOperation operation, IReadOnlyList<HostTensor> inputs, IReadOnlyList<HostTensor> outputs, ulong seed = 1) : IAuditSubject
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<HostTensor> Outputs => outputs;

    /// <inheritdoc/>
    public void Freshen(int index) => FreshInput.Toggle(inputs, seed, index);

    /// <inheritdoc/>
    public void Restore(int index) => FreshInput.Toggle(inputs, seed, index);

    /// <inheritdoc/>
    public void Prepare() => operation.Prepare();

    /// <inheritdoc/>
    public void Run() => operation.Run();

    /// <inheritdoc/>
    public void Synchronize() => operation.Synchronize();

    /// <inheritdoc/>
    public void Finish(double ms) => operation.Finish(ms);
}
