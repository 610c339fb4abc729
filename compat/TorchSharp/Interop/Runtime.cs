using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>native/runtime.cpp: modes of the calling thread, thread counts, what this libtorch was built with.</summary>
static partial class Runtime
{
    /// <summary>Sets gradient recording of this thread until disposed.</summary>
    internal sealed class GradMode : IDisposable
    {
        readonly int _before = dl_grad_enabled();

        internal GradMode(bool on) => dl_set_grad_enabled(on ? 1 : 0);

        public void Dispose() => dl_set_grad_enabled(_before);
    }

    /// <summary>Enters inference mode on this thread until disposed, on the same thread.</summary>
    internal sealed class InferenceMode : IDisposable
    {
        nint _guard;

        internal InferenceMode(bool on) => Shim.Check(dl_inference_mode_enter(on ? 1 : 0, out _guard));

        public void Dispose()
        {
            if (_guard != 0) { dl_inference_mode_leave(_guard); }
            _guard = 0;
        }
    }

    public static bool GradEnabled => dl_grad_enabled() != 0;

    public static int Threads
    {
        get => dl_get_num_threads();
        set => Shim.Check(dl_set_num_threads(value));
    }

    public static string BuildDescription
    {
        get
        {
            Shim.Check(dl_describe_build(out var text));
            return Marshal.PtrToStringUTF8(text)!;
        }
    }

    public static string[] QuantizedEngines
    {
        get
        {
            Shim.Check(dl_quantized_engines(out var text));
            return Marshal.PtrToStringUTF8(text)!.Split(',', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    [LibraryImport(Shim.Library)]
    private static partial int dl_grad_enabled();

    [LibraryImport(Shim.Library)]
    private static partial void dl_set_grad_enabled(int on);

    [LibraryImport(Shim.Library)]
    private static partial int dl_inference_mode_enter(int on, out nint guard);

    [LibraryImport(Shim.Library)]
    private static partial void dl_inference_mode_leave(nint guard);

    [LibraryImport(Shim.Library)]
    private static partial int dl_get_num_threads();

    [LibraryImport(Shim.Library)]
    private static partial int dl_set_num_threads(int threads);

    [LibraryImport(Shim.Library)]
    private static partial int dl_describe_build(out nint text);

    [LibraryImport(Shim.Library)]
    private static partial int dl_quantized_engines(out nint text);
}
