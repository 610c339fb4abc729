using Microsoft.ML.OnnxRuntime;

namespace DetrPerfLab.Engines;

/// <summary>Puts a session on a GPU.</summary>
static class OrtProviders
{
    // How ONNX Runtime's checks of calls to these libraries begin (core/providers/cuda/cuda_call.cc).
    static readonly string[] s_ofGpu = ["CUDA failure", "CUDNN failure", "CUBLAS failure", "CUDA error", "TensorRT EP failed to create"];

    /// <summary>Appends the providers of the device: what the first cannot do goes to the next, in the end to the processor.</summary>
    internal static void Append(SessionOptions native, OrtEngineOptions options)
    {
        if (options.Device == OrtDevice.Cpu) { return; }
        GpuLibraries.Require(options.Device, OrtSession.Providers());
        var id = $"{CudaRuntime.Device}";
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
            throw Refused(options, e);
        }
    }

    /// <summary>Whether a session failed over the device and not over the model: no memory left, a driver that is too old.</summary>
    internal static bool IsOfGpu(OrtEngineOptions options, OnnxRuntimeException e) =>
        options.Device != OrtDevice.Cpu && s_ofGpu.Any(part => e.Message.Contains(part, StringComparison.OrdinalIgnoreCase));

    internal static LabException Refused(OrtEngineOptions options, OnnxRuntimeException e) =>
        LabError.GpuRefused(options.Device.ToString(), CudaRuntime.Device, OrtSession.Clean(e.Message), e);

    // Engines take minutes to build and fit one GPU and version: TensorRT keys the files of its cache by both.
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
