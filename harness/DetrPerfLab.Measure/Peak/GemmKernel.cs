using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DetrPerfLab.Measure;

/// <summary>The inner kernel of a float32 matrix product, 6 rows by 2 vectors: all sums stay in registers, both panels in the first-level cache.</summary>
/// <remarks>Source: Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008. Written out: an array of sums would go through memory.</remarks>
static class GemmKernel
{
    internal const int Rows = 6;
    internal const int Depth = 96;

    internal static int Columns => Vector512.IsHardwareAccelerated ? 32 : 16; // floats of the panel
    internal static double Operations => 2.0 * Rows * Columns * Depth; // operations of one call, a multiply-add counted as two
    internal static string Name => $"C#, {(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128)}-bit vectors";

    /// <summary>C += A B of packed A [Depth, Rows] and B [Depth, Columns]; C is [Rows, Columns].</summary>
    internal static void Run(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(a.Length, Depth * Rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(b.Length, Depth * Columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(c.Length, Rows * Columns);
        if (Vector512.IsHardwareAccelerated) { Run512(ref AsRef(a), ref AsRef(b), ref c[0]); }
        else { Run256(ref AsRef(a), ref AsRef(b), ref c[0]); }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Run512(ref float a, ref float b, ref float c)
    {
        Vector512<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector512<float> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        for (var k = 0; k < Depth; k++)
        {
            var (b0, b1) = (Vector512.LoadUnsafe(ref b), Vector512.LoadUnsafe(ref b, 16));
            var x = Vector512.Create(a);
            (c00, c01) = (Vector512.FusedMultiplyAdd(x, b0, c00), Vector512.FusedMultiplyAdd(x, b1, c01));
            x = Vector512.Create(Unsafe.Add(ref a, 1));
            (c10, c11) = (Vector512.FusedMultiplyAdd(x, b0, c10), Vector512.FusedMultiplyAdd(x, b1, c11));
            x = Vector512.Create(Unsafe.Add(ref a, 2));
            (c20, c21) = (Vector512.FusedMultiplyAdd(x, b0, c20), Vector512.FusedMultiplyAdd(x, b1, c21));
            x = Vector512.Create(Unsafe.Add(ref a, 3));
            (c30, c31) = (Vector512.FusedMultiplyAdd(x, b0, c30), Vector512.FusedMultiplyAdd(x, b1, c31));
            x = Vector512.Create(Unsafe.Add(ref a, 4));
            (c40, c41) = (Vector512.FusedMultiplyAdd(x, b0, c40), Vector512.FusedMultiplyAdd(x, b1, c41));
            x = Vector512.Create(Unsafe.Add(ref a, 5));
            (c50, c51) = (Vector512.FusedMultiplyAdd(x, b0, c50), Vector512.FusedMultiplyAdd(x, b1, c51));
            a = ref Unsafe.Add(ref a, Rows);
            b = ref Unsafe.Add(ref b, 32);
        }

        // One by one: a list of the sums needs a call, and sums that live across a call are stored at every step above.
        (Vector512.LoadUnsafe(ref c) + c00).StoreUnsafe(ref c);
        (Vector512.LoadUnsafe(ref c, 16) + c01).StoreUnsafe(ref c, 16);
        (Vector512.LoadUnsafe(ref c, 32) + c10).StoreUnsafe(ref c, 32);
        (Vector512.LoadUnsafe(ref c, 48) + c11).StoreUnsafe(ref c, 48);
        (Vector512.LoadUnsafe(ref c, 64) + c20).StoreUnsafe(ref c, 64);
        (Vector512.LoadUnsafe(ref c, 80) + c21).StoreUnsafe(ref c, 80);
        (Vector512.LoadUnsafe(ref c, 96) + c30).StoreUnsafe(ref c, 96);
        (Vector512.LoadUnsafe(ref c, 112) + c31).StoreUnsafe(ref c, 112);
        (Vector512.LoadUnsafe(ref c, 128) + c40).StoreUnsafe(ref c, 128);
        (Vector512.LoadUnsafe(ref c, 144) + c41).StoreUnsafe(ref c, 144);
        (Vector512.LoadUnsafe(ref c, 160) + c50).StoreUnsafe(ref c, 160);
        (Vector512.LoadUnsafe(ref c, 176) + c51).StoreUnsafe(ref c, 176);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Run256(ref float a, ref float b, ref float c)
    {
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector256<float> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        for (var k = 0; k < Depth; k++)
        {
            var (b0, b1) = (Vector256.LoadUnsafe(ref b), Vector256.LoadUnsafe(ref b, 8));
            var x = Vector256.Create(a);
            (c00, c01) = (Vector256.FusedMultiplyAdd(x, b0, c00), Vector256.FusedMultiplyAdd(x, b1, c01));
            x = Vector256.Create(Unsafe.Add(ref a, 1));
            (c10, c11) = (Vector256.FusedMultiplyAdd(x, b0, c10), Vector256.FusedMultiplyAdd(x, b1, c11));
            x = Vector256.Create(Unsafe.Add(ref a, 2));
            (c20, c21) = (Vector256.FusedMultiplyAdd(x, b0, c20), Vector256.FusedMultiplyAdd(x, b1, c21));
            x = Vector256.Create(Unsafe.Add(ref a, 3));
            (c30, c31) = (Vector256.FusedMultiplyAdd(x, b0, c30), Vector256.FusedMultiplyAdd(x, b1, c31));
            x = Vector256.Create(Unsafe.Add(ref a, 4));
            (c40, c41) = (Vector256.FusedMultiplyAdd(x, b0, c40), Vector256.FusedMultiplyAdd(x, b1, c41));
            x = Vector256.Create(Unsafe.Add(ref a, 5));
            (c50, c51) = (Vector256.FusedMultiplyAdd(x, b0, c50), Vector256.FusedMultiplyAdd(x, b1, c51));
            a = ref Unsafe.Add(ref a, Rows);
            b = ref Unsafe.Add(ref b, 16);
        }

        (Vector256.LoadUnsafe(ref c) + c00).StoreUnsafe(ref c);
        (Vector256.LoadUnsafe(ref c, 8) + c01).StoreUnsafe(ref c, 8);
        (Vector256.LoadUnsafe(ref c, 16) + c10).StoreUnsafe(ref c, 16);
        (Vector256.LoadUnsafe(ref c, 24) + c11).StoreUnsafe(ref c, 24);
        (Vector256.LoadUnsafe(ref c, 32) + c20).StoreUnsafe(ref c, 32);
        (Vector256.LoadUnsafe(ref c, 40) + c21).StoreUnsafe(ref c, 40);
        (Vector256.LoadUnsafe(ref c, 48) + c30).StoreUnsafe(ref c, 48);
        (Vector256.LoadUnsafe(ref c, 56) + c31).StoreUnsafe(ref c, 56);
        (Vector256.LoadUnsafe(ref c, 64) + c40).StoreUnsafe(ref c, 64);
        (Vector256.LoadUnsafe(ref c, 72) + c41).StoreUnsafe(ref c, 72);
        (Vector256.LoadUnsafe(ref c, 80) + c50).StoreUnsafe(ref c, 80);
        (Vector256.LoadUnsafe(ref c, 88) + c51).StoreUnsafe(ref c, 88);
    }

    static ref float AsRef(ReadOnlySpan<float> span) => ref Unsafe.AsRef(in span[0]);
}
