using System.Runtime.InteropServices;

namespace DetrPerfLab.Engines;

/// <summary>A library that ONNX Runtime's GPU providers load: file names with the version that this build asks for, and what to install.</summary>
sealed record GpuLibrary(string Linux, string Windows, string From)
{
    internal string FileName => OperatingSystem.IsWindows() ? Windows : Linux;
}

/// <summary>What a GPU provider needs of the machine. ONNX Runtime itself names only the first that it misses.</summary>
/// <remarks>Source: the providers of Microsoft.ML.OnnxRuntime.Gpu 1.31.0, their needed libraries (readelf -d); cuDNN is opened when it is first used.</remarks>
static class GpuLibraries
{
    const string Driver = "the NVIDIA driver", Cuda = "CUDA 13", CuDnn = "cuDNN 9 for CUDA 13", TensorRt = "TensorRT 10 for CUDA 13";

    /// <summary>The CUDA runtime itself, which the lab calls too.</summary>
    internal static GpuLibrary CudaRuntime { get; } = new("libcudart.so.13", "cudart64_13.dll", Cuda);

    static readonly GpuLibrary[] s_cuda =
    [
        new("libcuda.so.1", "nvcuda.dll", Driver),
        CudaRuntime,
        new("libcublas.so.13", "cublas64_13.dll", Cuda),
        new("libcublasLt.so.13", "cublasLt64_13.dll", Cuda),
        new("libcurand.so.10", "curand64_10.dll", Cuda),
        new("libcudnn.so.9", "cudnn64_9.dll", CuDnn),
    ];

    static readonly GpuLibrary[] s_tensorRt = [.. s_cuda, new("libnvinfer.so.10", "nvinfer_10.dll", TensorRt), new("libnvonnxparser.so.10", "nvonnxparser_10.dll", TensorRt)];

    internal static IReadOnlyList<GpuLibrary> Of(OrtDevice device) => device == OrtDevice.TensorRt ? s_tensorRt : s_cuda;

    /// <summary>Refuses a device that this machine, or an ONNX Runtime with these providers, cannot serve: before a model is built for it.</summary>
    /// <exception cref="LabException">The build, libraries or the GPU are missing; says all of them (exit code 3).</exception>
    internal static void Require(OrtDevice device, IReadOnlyCollection<string> providers)
    {
        var provider = device == OrtDevice.TensorRt ? "TensorrtExecutionProvider" : "CUDAExecutionProvider";
        var absent = Absent(Of(device));
        if (!providers.Contains(provider))
        {
            throw LabError.Missing($"{device}: this build's ONNX Runtime has no {provider}. Needed: a build with GPU support, dotnet build -c Release -p:Gpu=true (Linux x64, Windows x64)"
                + (absent.Count == 0 ? "." : $"; this machine also lacks {string.Join(", ", absent)}: install them first."));
        }

        if (absent.Count > 0)
        {
            throw LabError.Missing($"{device}: found no {string.Join(", no ", absent)}. Needed: all of them where the system looks for libraries. Install them from developer.nvidia.com, "
                + "and name their folders in LD_LIBRARY_PATH (Linux) or PATH (Windows).");
        }

        var (count, error) = Engines.CudaRuntime.CountDevices();
        if (count == 0)
        {
            throw LabError.Missing($"{device}: found no GPU{(error is null ? "" : $" ({error})")}, needed one. "
                + "Check that nvidia-smi lists it, that this user or container may use it, and that its driver serves CUDA 13.");
        }
    }

    /// <summary>Those that do not load, each with what brings it.</summary>
    internal static IReadOnlyList<string> Absent(IReadOnlyList<GpuLibrary> libraries) =>
        // What loads stays loaded: the provider is about to ask for it.
        [.. libraries.Where(l => !NativeLibrary.TryLoad(l.FileName, typeof(GpuLibraries).Assembly, null, out _)).Select(l => $"{l.FileName} ({l.From})")];
}
