using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>The C ABI of native/detrlab_torch.h: loading, version check and errors. The imports of its parts are private to their files.</summary>
static partial class Shim
{
    public const string Library = "detrlab_torch";

    /// <summary>DETRLAB_ABI_VERSION of native/detrlab_torch.h.</summary>
    const int AbiVersion = 3;

    /// <summary>Checks the library once, before any other function of it is called.</summary>
#pragma warning disable CA2255 // nothing else in a library runs before all of its imports
    [ModuleInitializer]
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(Shim).Assembly, (name, assembly, path) =>
        name == Library ? s_handle.Value : 0);
#pragma warning restore CA2255

    static readonly Lazy<nint> s_handle = new(() =>
    {
        var handle = NativeLibrary.Load(Library, typeof(Shim).Assembly, DllImportSearchPath.AssemblyDirectory);
        unsafe
        {
            var found = ((delegate* unmanaged<int>)NativeLibrary.GetExport(handle, "dl_abi_version"))();
            return found == AbiVersion
                ? handle
                : throw new DllNotFoundException($"lib{Library}.so has ABI {found}, needed {AbiVersion}. Run eng/setup.sh and build again.");
        }
    });

    public static string TorchVersion => Marshal.PtrToStringUTF8(dl_torch_version())!;

    /// <summary>Turns a status into TorchSharp's exception type.</summary>
    public static void Check(int status)
    {
        if (status != 0) { Throw(); }
    }

    static void Throw() => throw new ExternalException(Marshal.PtrToStringUTF8(dl_last_error()));

    [LibraryImport(Library)]
    private static partial nint dl_torch_version();

    [LibraryImport(Library)]
    private static partial nint dl_last_error();
}
