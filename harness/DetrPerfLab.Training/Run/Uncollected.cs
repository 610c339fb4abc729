using System.Runtime;

namespace DetrPerfLab.Training;

/// <summary>Work on tensors with no garbage collection meanwhile.</summary>
/// <remarks>Where a number stands beside a tensor, the binding makes an object of native memory of it, and lets go of that before the native call has read it: a collection just then frees it,
/// and the call fails ("Unknown scalar type", once in some thousand steps, in the optimiser as well as in a loss). Source: TorchSharp 0.107, Tensor.mul(Scalar), and its optimisers.</remarks>
static class Uncollected
{
    const long Enough = 128 << 20; // bytes, several times what a step allocates; where that is passed, a collection comes as it would have

    internal static void Do(Action work)
    {
        var started = GC.TryStartNoGCRegion(Enough);
        try { work(); }
        finally
        {
            if (started && GCSettings.LatencyMode == GCLatencyMode.NoGCRegion) { GC.EndNoGCRegion(); }
        }
    }
}
