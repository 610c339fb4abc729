using Microsoft.ML.OnnxRuntime;

namespace DetrPerfLab.Engines;

/// <summary>Memory on the GPU for a pair of tensor sets, taken once and bound once; what passes between it and the host is copied here and counted.</summary>
/// <remarks>ONNX Runtime would copy host tensors by itself, into memory that it takes anew and by copies that nobody counts.</remarks>
sealed class DeviceBuffers : IDisposable
{
    readonly OrtMemoryInfo _memory;
    readonly OrtAllocator _allocator;
    readonly List<(HostTensor Host, OrtMemoryAllocation Device, OrtValue Value)> _inputs = [], _outputs = [];

    internal DeviceBuffers(InferenceSession session)
    {
        _memory = new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, CudaRuntime.Device, OrtMemType.Default);
        _allocator = Guard(() => new OrtAllocator(session, _memory));
    }

    internal CopyCount ToDeviceCopies => Count(_inputs);
    internal CopyCount ToHostCopies => Count(_outputs);

    internal OrtValue AddInput(HostTensor host) => Add(_inputs, host);

    internal OrtValue AddOutput(HostTensor host) => Add(_outputs, host);

    internal void Upload()
    {
        CudaRuntime.UseDevice(); // of this thread
        foreach (var (host, device, _) in _inputs) { CudaRuntime.ToDevice(device.DangerousGetHandle(), host.Address, host.Bytes.Length); }
        // Memory that is not page-locked may still be on its way when the copy returns, and ONNX Runtime's stream does not wait for that of copies.
        CudaRuntime.Synchronize();
    }

    internal void Download()
    {
        CudaRuntime.Synchronize();
        foreach (var (host, device, _) in _outputs) { CudaRuntime.ToHost(host.Address, device.DangerousGetHandle(), host.Bytes.Length); }
    }

    public void Dispose()
    {
        foreach (var (_, device, value) in _inputs.Concat(_outputs))
        {
            value.Dispose();
            device.Dispose();
        }

        _allocator.Dispose();
        _memory.Dispose();
    }

    OrtValue Add(List<(HostTensor Host, OrtMemoryAllocation Device, OrtValue Value)> list, HostTensor host)
    {
        var device = Guard(() => _allocator.Allocate((uint)host.Bytes.Length));
        var value = OrtSession.Wrap(host, _memory, device.DangerousGetHandle());
        list.Add((host, device, value));
        return value;
    }

    static T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (OnnxRuntimeException e)
        {
            throw LabError.CudaFailed(OrtSession.Clean(e.Message));
        }
    }

    static CopyCount Count(List<(HostTensor Host, OrtMemoryAllocation Device, OrtValue Value)> list) => new(list.Count, list.Sum(b => (long)b.Host.Bytes.Length));
}
