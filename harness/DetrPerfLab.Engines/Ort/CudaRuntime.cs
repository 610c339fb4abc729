using System.Runtime.InteropServices;

namespace DetrPerfLab.Engines;

/// <summary>The few functions of the CUDA runtime that ONNX Runtime's C# API does not offer; reached only after <see cref="GpuLibraries.Require"/> found the library.</summary>
/// <remarks>Source: CUDA Runtime API 13, device and memory management. Function pointers, since the file's name differs by system and carries a version.</remarks>
static unsafe class CudaRuntime
{
    /// <summary>The first GPU that this process may see; CUDA_VISIBLE_DEVICES says which one that is.</summary>
    internal const int Device = 0;

    const int HostToDevice = 1, DeviceToHost = 2;

    static readonly nint s_library = NativeLibrary.Load(GpuLibraries.CudaRuntime.FileName, typeof(CudaRuntime).Assembly, null);

    static readonly delegate* unmanaged<int*, int> s_getDeviceCount = (delegate* unmanaged<int*, int>)Export("cudaGetDeviceCount");
    static readonly delegate* unmanaged<byte*, int, int, int> s_deviceGetPciBusId = (delegate* unmanaged<byte*, int, int, int>)Export("cudaDeviceGetPCIBusId");
    static readonly delegate* unmanaged<int, int> s_setDevice = (delegate* unmanaged<int, int>)Export("cudaSetDevice");
    static readonly delegate* unmanaged<nint, nint, nuint, int, int> s_memcpy = (delegate* unmanaged<nint, nint, nuint, int, int>)Export("cudaMemcpy");
    static readonly delegate* unmanaged<int> s_deviceSynchronize = (delegate* unmanaged<int>)Export("cudaDeviceSynchronize");
    static readonly delegate* unmanaged<int, nint> s_getErrorString = (delegate* unmanaged<int, nint>)Export("cudaGetErrorString");

    /// <summary>GPUs that this process may use; where there is none, what CUDA says.</summary>
    internal static (int Count, string? Error) CountDevices()
    {
        var count = 0;
        var error = s_getDeviceCount(&count);
        return error == 0 ? (count, null) : (0, Text(error));
    }

    /// <summary>Place on the bus, for example <c>0000:3B:00.0</c>: what nvidia-smi knows a GPU by, whichever ones this process sees.</summary>
    internal static string BusId()
    {
        var text = stackalloc byte[32];
        Check(s_deviceGetPciBusId(text, 32, Device));
        return Marshal.PtrToStringUTF8((nint)text)!;
    }

    /// <summary>For this thread's further calls.</summary>
    internal static void UseDevice() => Check(s_setDevice(Device));

    /// <summary>Copies in the order of copies; call <see cref="Synchronize"/> before another stream reads it.</summary>
    internal static void ToDevice(nint device, nint host, long bytes) => Check(s_memcpy(device, host, (nuint)bytes, HostToDevice));

    /// <summary>Blocks until the bytes lie in host memory.</summary>
    internal static void ToHost(nint host, nint device, long bytes) => Check(s_memcpy(host, device, (nuint)bytes, DeviceToHost));

    internal static void Synchronize() => Check(s_deviceSynchronize());

    static void Check(int error)
    {
        if (error != 0) { throw LabError.CudaFailed(Text(error)); }
    }

    static string Text(int error) => $"{Marshal.PtrToStringUTF8(s_getErrorString(error))} (CUDA error {error})";

    static nint Export(string name) => NativeLibrary.GetExport(s_library, name);
}
