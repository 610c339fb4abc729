using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>native/tensors.cpp: memory in, description out.</summary>
static unsafe partial class TensorHandle
{
    /// <summary><c>dl_tensor_info</c>.</summary>
    public struct Description
    {
        public long Dimensions;
        public long* Sizes;
        public long* Strides;
        public long Elements;
        public int ScalarType;
        public int RequiresGrad;
    }

    /// <summary>A one-dimensional tensor over an array, which stays pinned as long as any tensor shares its storage.</summary>
    public static nint FromArray(Array array, long elements, long byteOffset, ScalarType type)
    {
        var pin = GCHandle.Alloc(array, GCHandleType.Pinned);
        var status = dl_tensor_from_memory(pin.AddrOfPinnedObject() + (nint)byteOffset, elements, (int)type, &Unpin, GCHandle.ToIntPtr(pin), out var handle);
        if (status != 0) { pin.Free(); }
        Shim.Check(status);
        return handle;
    }

    public static void Free(nint handle) => dl_tensor_free(handle);

    public static Description Describe(nint handle)
    {
        Shim.Check(dl_tensor_describe(handle, out var description));
        return description;
    }

    public static void SetRequiresGrad(nint handle, bool on) => Shim.Check(dl_tensor_set_requires_grad(handle, on ? 1 : 0));

    [UnmanagedCallersOnly]
    static void Unpin(nint pin) => GCHandle.FromIntPtr(pin).Free();

    [LibraryImport(Shim.Library)]
    private static partial int dl_tensor_from_memory(
        nint data, long elements, int scalarType, delegate* unmanaged<nint, void> release, nint context, out nint tensor);

    [LibraryImport(Shim.Library)]
    private static partial void dl_tensor_free(nint tensor);

    [LibraryImport(Shim.Library)]
    private static partial int dl_tensor_describe(nint tensor, out Description description);

    [LibraryImport(Shim.Library)]
    private static partial int dl_tensor_set_requires_grad(nint tensor, int on);
}
