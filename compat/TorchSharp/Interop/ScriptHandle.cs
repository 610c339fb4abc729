using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>native/script.cpp: a TorchScript module.</summary>
sealed unsafe partial class ScriptHandle() : SafeHandle(0, ownsHandle: true)
{
    /// <summary>Tensors that a module may return.</summary>
    const int Capacity = 16;

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        dl_module_free(handle);
        return true;
    }

    public static ScriptHandle Load(string path)
    {
        Shim.Check(dl_module_load(path, out var module));
        return module;
    }

    public void Save(string path) => Shim.Check(dl_module_save(this, path));

    public int InputCount
    {
        get
        {
            Shim.Check(dl_module_inputs(this, out var count));
            return count;
        }
    }

    /// <returns>A tensor, a tuple of up to five tensors, or an array, as TorchSharp does.</returns>
    public object Forward(ReadOnlySpan<object> inputs)
    {
        var arguments = stackalloc NativeArgument[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            arguments[i] = inputs[i] is Tensor tensor
                ? new() { Tag = Tag.Tensor, Bits = tensor.Handle }
                : throw new NotSupportedException($"compat/TorchSharp passes tensors to TorchScript; found an argument of type {inputs[i].GetType().Name}.");
        }

        var results = stackalloc nint[Capacity];
        var status = dl_module_forward(this, arguments, inputs.Length, results, Capacity, out var count, out var kind);
        foreach (var input in inputs) { GC.KeepAlive(input); }
        Shim.Check(status);
        return (kind, count) switch
        {
            (ResultKind.Tensor, _) => new Tensor(results[0]),
            (ResultKind.Tuple, 1) => new Tensor(results[0]),
            (ResultKind.Tuple, 2) => (new Tensor(results[0]), new Tensor(results[1])),
            (ResultKind.Tuple, 3) => (new Tensor(results[0]), new Tensor(results[1]), new Tensor(results[2])),
            (ResultKind.Tuple, 4) => (new Tensor(results[0]), new Tensor(results[1]), new Tensor(results[2]), new Tensor(results[3])),
            (ResultKind.Tuple, 5) =>
                (new Tensor(results[0]), new Tensor(results[1]), new Tensor(results[2]), new Tensor(results[3]), new Tensor(results[4])),
            _ => Wrap(results, count),
        };
    }

    /// <summary>Records what a function does to tensors.</summary>
    /// <exception cref="Exception">Whatever <paramref name="function"/> throws.</exception>
    public static ScriptHandle Trace(Func<Tensor[], Tensor[]> function, Tensor[] inputs, string[] inputNames, int outputs)
    {
        var tracing = new Tracing(function);
        var context = GCHandle.Alloc(tracing);
        var handles = stackalloc nint[inputs.Length];
        for (var i = 0; i < inputs.Length; i++) { handles[i] = inputs[i].Handle; }
        try
        {
            var status = dl_module_trace(handles, inputNames, inputs.Length, outputs, &RunTraced, GCHandle.ToIntPtr(context), out var module);
            GC.KeepAlive(inputs);
            tracing.Failure?.Throw();
            Shim.Check(status);
            return module;
        }
        finally { context.Free(); }
    }

    public ScriptHandle Freeze()
    {
        Shim.Check(dl_module_freeze(this, out var module));
        return module;
    }

    public ScriptHandle Optimize()
    {
        Shim.Check(dl_module_optimize(this, out var module));
        return module;
    }

    static Tensor[] Wrap(nint* handles, int count)
    {
        var tensors = new Tensor[count];
        for (var i = 0; i < count; i++) { tensors[i] = new Tensor(handles[i]); }
        return tensors;
    }

    sealed class Tracing(Func<Tensor[], Tensor[]> function)
    {
        public Func<Tensor[], Tensor[]> Function => function;

        /// <summary>No exception may cross native frames: it waits here.</summary>
        public ExceptionDispatchInfo? Failure { get; set; }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int RunTraced(nint context, nint* inputs, int inputCount, nint* outputs, int outputCount)
    {
        var tracing = (Tracing)GCHandle.FromIntPtr(context).Target!;
        try
        {
            using var scope = NewDisposeScope();
            var results = tracing.Function(Wrap(inputs, inputCount));
            if (results.Length != outputCount) { throw new ArgumentException($"The traced function returned {results.Length} tensors, needed {outputCount}."); }
            for (var i = 0; i < outputCount; i++) { outputs[i] = scope.Detach(results[i]).DecoupleFromNativeHandle(); }
            return 0;
        }
        catch (Exception failure)
        {
            tracing.Failure = ExceptionDispatchInfo.Capture(failure);
            return 1;
        }
    }

    /// <summary><c>dl_result_kind</c>.</summary>
    enum ResultKind
    {
        Tensor = 1,
        Tuple = 2,
        List = 3,
    }

    [LibraryImport(Shim.Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int dl_module_load(string path, out ScriptHandle module);

    [LibraryImport(Shim.Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int dl_module_save(ScriptHandle module, string path);

    [LibraryImport(Shim.Library)]
    private static partial void dl_module_free(nint module);

    [LibraryImport(Shim.Library)]
    private static partial int dl_module_inputs(ScriptHandle module, out int count);

    [LibraryImport(Shim.Library)]
    private static partial int dl_module_forward(
        ScriptHandle module, NativeArgument* arguments, int count, nint* results, int capacity, out int resultCount, out ResultKind kind);

    [LibraryImport(Shim.Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int dl_module_trace(
        nint* inputs, string[] names, int inputCount, int outputCount, delegate* unmanaged[Cdecl]<nint, nint*, int, nint*, int, int> function, nint context,
        out ScriptHandle module);

    [LibraryImport(Shim.Library)]
    private static partial int dl_module_freeze(ScriptHandle module, out ScriptHandle frozen);

    [LibraryImport(Shim.Library)]
    private static partial int dl_module_optimize(ScriptHandle module, out ScriptHandle optimized);
}
