using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace DetrPerfLab.Engines;

/// <summary>What ONNX Runtime says of a session's CPU arena. Its C API has told this since 1.23, its C# API does not.</summary>
/// <remarks>Source: ONNX Runtime, onnxruntime_c_api.h, OrtAllocator::GetStats and OrtApi::AllocatorGetStats. Functions are only ever added at the end of OrtApi, so a position stays what it is.</remarks>
static unsafe class OrtArena
{
    /// <summary>The API version, and minor version of the runtime, that brought AllocatorGetStats.</summary>
    const int FirstVersion = 23;

    // Positions in OrtApi, from 0; a test holds them against the C# API's own table where that is public.
    internal const int ReleaseStatus = 93, GetKeyValue = 297, ReleaseKeyValuePairs = 300, AllocatorGetStats = 319;

    /// <summary>The accounts as they stand; figures null, with the reason, where this runtime keeps none.</summary>
    internal static ArenaInfo Read(InferenceSession session)
    {
        var version = OrtSession.Version();
        if (!Tells(version)) { return Silent($"ONNX Runtime {version} does not tell; 1.{FirstVersion} and later do"); }
        if (Api() is not { } api) { return Silent("the C API of ONNX Runtime was not found in its library"); }
        try
        {
            using var allocator = new OrtAllocator(session, OrtMemoryInfo.DefaultInstance);
            return Read(api, allocator);
        }
        catch (OnnxRuntimeException e)
        {
            return Silent($"ONNX Runtime gave no allocator: {OrtSession.Clean(e.Message)}");
        }
    }

    /// <summary>Whether a version, for example <c>1.29.0</c>, has the function: an older one's table ends before it.</summary>
    internal static bool Tells(string version) =>
        System.Version.TryParse(version.Split('-', '+')[0], out var parsed) && parsed >= new Version(1, FirstVersion);

    static ArenaInfo Read(nint api, OrtAllocator allocator)
    {
        nint pairs;
        var status = ((delegate* unmanaged<nint, nint*, nint>)Function(api, AllocatorGetStats))(allocator.DangerousGetHandle(), &pairs);
        GC.KeepAlive(allocator);
        if (status != 0)
        {
            ((delegate* unmanaged<nint, void>)Function(api, ReleaseStatus))(status);
            return Silent("ONNX Runtime refused to tell of its allocator");
        }

        try
        {
            // An allocator that keeps no accounts, as the one without an arena, gives no pairs at all.
            return Number(api, pairs, "InUse"u8) is { } inUse
                ? new()
                {
                    BytesInUse = inUse,
                    LargestBytesInUse = Number(api, pairs, "MaxInUse"u8),
                    ReservedBytes = Number(api, pairs, "TotalAllocated"u8),
                    Extensions = Number(api, pairs, "NumArenaExtensions"u8),
                    Shrinkages = Number(api, pairs, "NumArenaShrinkages"u8),
                }
                : Silent("this session's allocator keeps no accounts: it has no arena");
        }
        finally
        {
            ((delegate* unmanaged<nint, void>)Function(api, ReleaseKeyValuePairs))(pairs);
        }
    }

    static long? Number(nint api, nint pairs, ReadOnlySpan<byte> key)
    {
        fixed (byte* name = key) // a UTF-8 literal ends with a zero
        {
            var value = ((delegate* unmanaged<nint, byte*, nint>)Function(api, GetKeyValue))(pairs, name);
            return long.TryParse(Marshal.PtrToStringUTF8(value), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
        }
    }

    /// <summary>OrtGetApiBase()->GetApi(version), from the library that the C# API has loaded already; null where it is not there.</summary>
    static nint? Api() =>
        NativeLibrary.TryLoad("onnxruntime", typeof(InferenceSession).Assembly, null, out var library)
        && NativeLibrary.TryGetExport(library, "OrtGetApiBase", out var entry)
        && ((delegate* unmanaged<nint>)entry)() is not 0 and var table
        && ((delegate* unmanaged<uint, nint>)Function(table, 0))(FirstVersion) is not 0 and var api ? api : null;

    static nint Function(nint table, int position) => Marshal.ReadIntPtr(table, position * nint.Size);

    static ArenaInfo Silent(string reason) => new() { Reason = reason };
}
