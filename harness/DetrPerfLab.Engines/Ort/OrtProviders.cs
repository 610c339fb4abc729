using Microsoft.ML.OnnxRuntime;

namespace DetrPerfLab.Engines;

/// <summary>Puts a session on a GPU.</summary>
static class OrtProviders
{
    // How ONNX Runtime's checks of calls to these libraries begin (core/providers/cuda/cuda_call.cc).
    static readonly string[] s_ofGpu = ["CUDA failure", "CUDNN failure", "CUBLAS failure", "CUDA error", "TensorRT EP failed to create"];

    /// <summary>Refuses a device that this build or machine cannot serve.</summary>
    /// <exception cref="LabException">With all that is missing (exit code 3).</exception>
    internal static void Require(OrtDevice device, int deviceId) => GpuLibraries.Require(device, deviceId, OrtSession.Providers());

    /// <summary>Appends the providers of the device: what the first cannot do goes to the next, in the end to the processor.</summary>
    /// <exception cref="LabException">The device cannot be used.</exception>
    internal static void Append(SessionOptions native, OrtEngineOptions options)
    {
        if (options.Device == OrtDevice.Cpu) { return; }
        Require(options.Device, options.DeviceId);
        var id = $"{options.DeviceId}";
        try
        {
            if (options.Device == OrtDevice.TensorRt)
            {
                using var tensorRt = new OrtTensorRTProviderOptions();
                tensorRt.UpdateOptions(new(TensorRt(options)) { ["device_id"] = id });
                native.AppendExecutionProvider_Tensorrt(tensorRt);
            }

            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(new(options.Device == OrtDevice.Cuda ? options.ProviderOptions : new Dictionary<string, string>()) { ["device_id"] = id });
            native.AppendExecutionProvider_CUDA(cuda);
        }
        catch (OnnxRuntimeException e)
        {
            throw LabError.GpuRefused(options.Device.ToString(), options.DeviceId, OrtSession.Clean(e.Message), e);
        }
    }

    /// <summary>Whether a session failed over the device and not over the model: no memory left, a driver that is too old.</summary>
    internal static bool IsOfGpu(string message) =>
        s_ofGpu.Any(part => message.Contains(part, StringComparison.OrdinalIgnoreCase));

    /// <summary>Engines take minutes to build and fit one GPU and version: TensorRT keys the files of its cache by both.</summary>
    static Dictionary<string, string> TensorRt(OrtEngineOptions options)
    {
        var keys = new Dictionary<string, string>(options.ProviderOptions);
        if (options.EngineCache is { } folder)
        {
            Directory.CreateDirectory(folder);
            foreach (var kind in (ReadOnlySpan<string>)["engine", "timing"]) { (keys[$"trt_{kind}_cache_enable"], keys[$"trt_{kind}_cache_path"]) = ("1", folder); }
        }

        return keys;
    }
}
