using DetrPerfLab.Core;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DetrPerfLab.Engines;

/// <summary>Memory on the GPU for a pair of tensor sets, taken once and bound once; what passes between it and the host is copied here and counted.</summary>
/// <remarks>ONNX Runtime would copy host tensors by itself, into memory that it takes anew and by copies that nobody counts.</remarks>
sealed class DeviceBuffers : IDisposable
{
    // The name under which both GPU providers register their allocator (onnxruntime, core/framework/allocator.h).
    const string MemoryName = "Cuda";

    readonly int _deviceId;
    readonly OrtMemoryInfo _memory;
    readonly OrtAllocator _allocator;
    readonly List<(HostTensor Host, OrtMemoryAllocation Device, OrtValue Value)> _inputs = [], _outputs = [];

    internal DeviceBuffers(InferenceSession session, int deviceId)
    {
        _deviceId = deviceId;
        _memory = new OrtMemoryInfo(MemoryName, OrtAllocatorType.DeviceAllocator, deviceId, OrtMemType.Default);
        _allocator = new OrtAllocator(session, _memory);
    }

    internal CopyCount ToDeviceCopies => Count(_inputs);

    internal CopyCount ToHostCopies => Count(_outputs);

    internal OrtValue AddInput(HostTensor host) => Add(_inputs, host);

    internal OrtValue AddOutput(HostTensor host) => Add(_outputs, host);

    /// <summary>Copies the inputs to the GPU.</summary>
    internal void Upload()
    {
        CudaRuntime.UseDevice(_deviceId); // of this thread
        foreach (var (host, device, _) in _inputs) { CudaRuntime.ToDevice(device.DangerousGetHandle(), host.Address, host.Bytes.Length); }
    }

    /// <summary>Waits for the GPU and copies the outputs back.</summary>
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
        var device = _allocator.Allocate((uint)host.Bytes.Length);
        var type = host.Type == ElementType.Float32 ? TensorElementType.Float : TensorElementType.Int64;
        var value = OrtValue.CreateTensorValueWithData(_memory, type, host.Shape.ToArray(), device.DangerousGetHandle(), host.Bytes.Length);
        list.Add((host, device, value));
        return value;
    }

    static CopyCount Count(List<(HostTensor Host, OrtMemoryAllocation Device, OrtValue Value)> list) => new(list.Count, list.Sum(b => (long)b.Host.Bytes.Length));
}
