using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>One ATen operator, found by its name in native_functions.yaml and called with any arguments its schema takes.</summary>
sealed unsafe partial class Operator(string name, string overload = "")
{
    nint _handle; // lives as long as the process: the dispatcher never forgets an operator

    /// <returns>The operator's one result. An in-place operator returns a second handle to its own first argument.</returns>
    public Tensor Call(params ReadOnlySpan<Argument> arguments) => new(Invoke(arguments));

    /// <summary>For operators whose name ends in <c>_</c>: the result is the first argument itself.</summary>
    public Tensor CallInPlace(Tensor self, params ReadOnlySpan<Argument> others)
    {
        Span<Argument> all = [self, default, default, default];
        others.CopyTo(all[1..]);
        TensorHandle.Free(Invoke(all[..(others.Length + 1)]));
        return self;
    }

    nint Invoke(ReadOnlySpan<Argument> arguments)
    {
        if (_handle == 0)
        {
            Shim.Check(dl_operator_find(name, overload, out var found));
            _handle = found;
        }

        var native = stackalloc NativeArgument[arguments.Length];
        var pool = new ArgumentPool(stackalloc long[ArgumentPool.Capacity]);
        for (var i = 0; i < arguments.Length; i++) { native[i] = pool.Convert(arguments[i]); }
        var status = dl_operator_call(_handle, native, arguments.Length, out var result);
        foreach (ref readonly var argument in arguments) { GC.KeepAlive(argument.Reference); }
        Shim.Check(status);
        return result;
    }

    [LibraryImport(Shim.Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int dl_operator_find(string name, string overload, out nint op);

    [LibraryImport(Shim.Library)]
    private static partial int dl_operator_call(nint op, NativeArgument* arguments, int count, out nint result);
}
