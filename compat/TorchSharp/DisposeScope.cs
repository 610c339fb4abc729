using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Owns the tensors made on this thread while it is the innermost scope, and disposes them at its end.</summary>
/// <remarks>The tensors form a linked list through their own fields: a scope costs one small object, whatever it holds.</remarks>
public sealed class DisposeScope : IDisposable
{
    [ThreadStatic]
    static DisposeScope? s_current;

    DisposeScope? _outer = s_current;
    Tensor? _first;
    bool _disposed;

    internal DisposeScope() => s_current = this;

    public int DisposablesCount { get; private set; }

    public bool Contains(IDisposable disposable) => disposable is Tensor tensor && tensor.OwningDisposeScope == this;

    public T MoveToOuter<T>(T disposable)
        where T : IDisposable
    {
        Move(disposable, _outer);
        return disposable;
    }

    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable
        where T2 : IDisposable
    {
        Move(first, _outer);
        Move(second, _outer);
        return (first, second);
    }

    public T Detach<T>(T disposable)
        where T : IDisposable
    {
        Move(disposable, null);
        return disposable;
    }

    public void Attach(IDisposable disposable)
    {
        if (disposable is not Tensor tensor) { throw new InvalidOperationException("DisposeScope can only manage tensors"); }
        tensor.OwningDisposeScope?.Remove(tensor);
        Add(tensor);
    }

    public void DisposeEverything()
    {
        while (_first is { } tensor) { tensor.Dispose(); }
    }

    public void Dispose()
    {
        if (_disposed) { return; }
        _disposed = true;
        DisposeEverything();
        if (s_current == this) { s_current = _outer; }
        for (var inner = s_current; inner is not null; inner = inner._outer)
        {
            if (inner._outer == this) { inner._outer = _outer; } // ended before a scope inside it
        }
    }

    internal static void Register(Tensor tensor) => s_current?.Add(tensor);

    internal void Remove(Tensor tensor)
    {
        if (tensor.PreviousInScope is { } previous) { previous.NextInScope = tensor.NextInScope; }
        else { _first = tensor.NextInScope; }
        if (tensor.NextInScope is { } next) { next.PreviousInScope = tensor.PreviousInScope; }
        (tensor.OwningDisposeScope, tensor.NextInScope, tensor.PreviousInScope) = (null, null, null);
        DisposablesCount--;
    }

    void Move(IDisposable disposable, DisposeScope? target)
    {
        if (!Contains(disposable)) { return; }
        Remove((Tensor)disposable);
        target?.Add((Tensor)disposable);
    }

    void Add(Tensor tensor)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        (tensor.OwningDisposeScope, tensor.NextInScope) = (this, _first);
        if (_first is { } next) { next.PreviousInScope = tensor; }
        _first = tensor;
        DisposablesCount++;
    }
}
