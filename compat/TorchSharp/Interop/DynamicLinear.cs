using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>native/quantized.cpp: a linear layer with int8 weights, packed for one of libtorch's quantised engines.</summary>
sealed partial class DynamicLinear() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        dl_dynamic_linear_free(handle);
        return true;
    }

    /// <param name="engine">One of <see cref="Runtime.QuantizedEngines"/>.</param>
    /// <param name="weight">float32 [out, in].</param>
    /// <param name="bias">float32 [out].</param>
    public static DynamicLinear Create(string engine, Tensor weight, Tensor? bias)
    {
        var status = dl_dynamic_linear_create(engine, weight.Handle, bias?.Handle ?? 0, out var packed);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        Shim.Check(status);
        return packed;
    }

    public Tensor Run(Tensor input)
    {
        var status = dl_dynamic_linear_run(this, input.Handle, out var result);
        GC.KeepAlive(input);
        Shim.Check(status);
        return new Tensor(result);
    }

    [LibraryImport(Shim.Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int dl_dynamic_linear_create(string engine, nint weight, nint bias, out DynamicLinear packed);

    [LibraryImport(Shim.Library)]
    private static partial int dl_dynamic_linear_run(DynamicLinear packed, nint input, out nint result);

    [LibraryImport(Shim.Library)]
    private static partial void dl_dynamic_linear_free(nint packed);
}
