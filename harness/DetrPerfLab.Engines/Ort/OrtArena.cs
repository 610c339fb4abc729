using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace DetrPerfLab.Engines;

/// <summary>What ONNX Runtime says of a session's CPU arena. Its C API has told this since 1.23, its C# API does not.</summary>
/// <remarks>Source: ONNX Runtime, onnxruntime_c_api.h, OrtAllocator::GetStats and OrtApi::AllocatorGetStats. Functions are only ever added at the end of OrtApi, so a position stays what it is.</remarks>
static class OrtArena
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
        var status = Function<GetStats>(api, AllocatorGetStats)(allocator.DangerousGetHandle(), out var pairs);
        GC.KeepAlive(allocator);
        if (status != 0)
        {
            Function<Release>(api, ReleaseStatus)(status);
            return Silent("ONNX Runtime refused to tell of its allocator");
        }

        try
        {
            // An allocator that keeps no accounts, as the one without an arena, gives no pairs at all.
            return Number("InUse") is { } inUse
                ? new()
                {
                    BytesInUse = inUse,
                    LargestBytesInUse = Number("MaxInUse"),
                    ReservedBytes = Number("TotalAllocated"),
                    Extensions = Number("NumArenaExtensions"),
                    Shrinkages = Number("NumArenaShrinkages"),
                }
                : Silent("this session's allocator keeps no accounts: it has no arena");
        }
        finally
        {
            Function<Release>(api, ReleaseKeyValuePairs)(pairs);
        }

        long? Number(string key) =>
            long.TryParse(Marshal.PtrToStringUTF8(Function<GetValue>(api, GetKeyValue)(pairs, key)), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    /// <summary>OrtGetApiBase()->GetApi(version), from the library that the C# API has loaded already; null where it is not there.</summary>
    static nint? Api() =>
        NativeLibrary.TryLoad("onnxruntime", typeof(InferenceSession).Assembly, null, out var library)
        && NativeLibrary.TryGetExport(library, "OrtGetApiBase", out var entry)
        && Marshal.GetDelegateForFunctionPointer<GetApiBase>(entry)() is not 0 and var table
        && Function<GetApi>(table, 0)(FirstVersion) is not 0 and var api ? api : null;

    static T Function<T>(nint table, int position)
        where T : Delegate =>
        Marshal.GetDelegateForFunctionPointer<T>(Marshal.ReadIntPtr(table, position * nint.Size));

    static ArenaInfo Silent(string reason) => new() { Reason = reason };

    // ORT_API_CALL is __stdcall on Windows, which is the platform's own convention.
    [UnmanagedFunctionPointer(CallingConvention.Winapi)]
    delegate nint GetApiBase();

    [UnmanagedFunctionPointer(CallingConvention.Winapi)]
    delegate nint GetApi(uint version);

    [UnmanagedFunctionPointer(CallingConvention.Winapi)]
    delegate nint GetStats(nint allocator, out nint pairs);

    [UnmanagedFunctionPointer(CallingConvention.Winapi)]
    delegate nint GetValue(nint pairs, [MarshalAs(UnmanagedType.LPUTF8Str)] string key);

    [UnmanagedFunctionPointer(CallingConvention.Winapi)]
    delegate void Release(nint released);
}
