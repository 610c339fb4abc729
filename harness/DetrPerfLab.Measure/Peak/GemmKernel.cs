using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DetrPerfLab.Measure;

/// <summary>The inner kernel of a float32 matrix product, 6 rows by 2 vectors: all sums stay in registers, both panels in the first-level cache.</summary>
/// <remarks>Source: Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008. Written out: an array of sums would go through memory.</remarks>
static class GemmKernel
{
    internal const int Rows = 6;
    internal const int Depth = 96;

    /// <summary>Width of the panel, floats.</summary>
    internal static int Columns => Vector512.IsHardwareAccelerated ? 32 : 16;

    /// <summary>Operations of one call, a multiply-add counted as two.</summary>
    internal static double Operations => 2.0 * Rows * Columns * Depth;

    /// <summary>For example <c>C#, 512-bit vectors</c>.</summary>
    internal static string Name => $"C#, {(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128)}-bit vectors";

    /// <summary>C += A B.</summary>
    /// <param name="a">[Depth, Rows], packed.</param>
    /// <param name="b">[Depth, Columns], packed.</param>
    /// <param name="c">[Rows, Columns].</param>
    internal static void Run(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(a.Length, Depth * Rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(b.Length, Depth * Columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(c.Length, Rows * Columns);
        if (Vector512.IsHardwareAccelerated) { Run512(ref AsRef(a), ref AsRef(b), c); }
        else { Run256(ref AsRef(a), ref AsRef(b), c); }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Run512(ref float a, ref float b, Span<float> c)
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

        ReadOnlySpan<Vector512<float>> sums = [c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51];
        for (var i = 0; i < sums.Length; i++) { (Vector512.Create<float>(c[(16 * i)..]) + sums[i]).CopyTo(c[(16 * i)..]); }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Run256(ref float a, ref float b, Span<float> c)
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

        ReadOnlySpan<Vector256<float>> sums = [c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51];
        for (var i = 0; i < sums.Length; i++) { (Vector256.Create<float>(c[(8 * i)..]) + sums[i]).CopyTo(c[(8 * i)..]); }
    }

    static ref float AsRef(ReadOnlySpan<float> span) => ref Unsafe.AsRef(in span[0]);
}
