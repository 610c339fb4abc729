using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>native/profile.cpp: times of the operators that a thread calls.</summary>
static unsafe partial class OperatorProfile
{
    const double NsInMs = 1e6;

    public static (string Name, long Calls, double SelfMs, double TotalMs)[] Of(Action action)
    {
        Shim.Check(dl_profile_start());
        try { action(); }
        catch
        {
            _ = dl_profile_stop(out _, out _);
            throw;
        }

        Shim.Check(dl_profile_stop(out var times, out var count));
        var result = new (string, long, double, double)[count];
        for (var i = 0; i < count; i++)
        {
            ref readonly var time = ref times[i];
            result[i] = (Marshal.PtrToStringUTF8(time.Name)!, time.Calls, time.SelfNs / NsInMs, time.TotalNs / NsInMs);
        }

        return result;
    }

    /// <summary><c>dl_operator_time</c>.</summary>
    struct OperatorTime
    {
        public nint Name;
        public long Calls;
        public long SelfNs;
        public long TotalNs;
    }

    [LibraryImport(Shim.Library)]
    private static partial int dl_profile_start();

    [LibraryImport(Shim.Library)]
    private static partial int dl_profile_stop(out OperatorTime* times, out int count);
}
