using System.Runtime.InteropServices;
using System.Text;

namespace DetrPerfLab.Engines;

/// <summary>Intel's BLAS, which libtorch for x86-64 has inside.</summary>
static class Mkl
{
    const int Longest = 198; // what MKL's manual gives as the length of the text

    /// <summary>For example <c>Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build 20240605 for Intel(R) 64 architecture applications</c>; null where libtorch has none.</summary>
    /// <remarks>Call it when libtorch is loaded. Source: oneMKL Developer Reference, mkl_get_version_string.</remarks>
    internal static unsafe string? Version
    {
        get
        {
            if (!NativeLibrary.TryLoad("torch_cpu", typeof(TorchSharp.torch).Assembly, null, out var library) || !NativeLibrary.TryGetExport(library, "MKL_Get_Version_String", out var function))
            {
                return null;
            }

            var text = stackalloc byte[Longest + 1];
            ((delegate* unmanaged<byte*, int, void>)function)(text, Longest);
            return Encoding.ASCII.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text)).Trim();
        }
    }
}
