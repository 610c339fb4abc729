using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DetrPerfLab.Vision;

/// <summary>The few vector operations of the column pass, so that it is written once for every vector width.</summary>
/// <typeparam name="TInt">A vector of int32.</typeparam>
/// <typeparam name="TFloat">A vector of as many float32.</typeparam>
interface IPixelLanes<TInt, TFloat>
{
    /// <summary>Values a vector.</summary>
    static abstract int Count { get; }

    /// <summary>As many bytes as there are lanes, each widened to 32 bits.</summary>
    static abstract TInt Widen(ref byte source);

    static abstract TInt Broadcast(int value);

    static abstract TFloat Broadcast(float value);

    static abstract TInt MultiplyAdd(TInt value, TInt weight, TInt sum);

    /// <summary>Drops the fixed-point fraction and cuts at 255. Sums are never below 0.</summary>
    static abstract TInt ToByteRange(TInt sum);

    static abstract TFloat ToFloat(TInt value);

    static abstract TFloat Subtract(TFloat a, TFloat b);

    static abstract TFloat Divide(TFloat a, TFloat b);

    /// <summary><see cref="Normalization"/>'s corrected product: a / b, where the reciprocal of b is at hand.</summary>
    static abstract TFloat Divide(TFloat a, TFloat b, TFloat reciprocal);

    static abstract void Store(TFloat value, ref float target);

    static abstract void Store(TInt value, ref byte target);
}

/// <summary>16 lanes: AVX-512.</summary>
readonly struct PixelLanes512 : IPixelLanes<Vector512<int>, Vector512<float>>
{
    public static int Count => Vector512<int>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Widen(ref byte source) => Avx512F.ConvertToVector512Int32(Vector128.LoadUnsafe(ref source));

    public static Vector512<int> Broadcast(int value) => Vector512.Create(value);

    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    public static Vector512<int> MultiplyAdd(Vector512<int> value, Vector512<int> weight, Vector512<int> sum) => (value * weight) + sum;

    public static Vector512<int> ToByteRange(Vector512<int> sum) => Vector512.Min(sum >> ResampleAxis.PrecisionBits, Vector512.Create(255));

    public static Vector512<float> ToFloat(Vector512<int> value) => Vector512.ConvertToSingle(value);

    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b, Vector512<float> reciprocal)
    {
        var quotient = a * reciprocal;
        return Vector512.FusedMultiplyAdd(Vector512.FusedMultiplyAdd(-quotient, b, a), reciprocal, quotient);
    }

    public static void Store(Vector512<float> value, ref float target) => value.StoreUnsafe(ref target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<int> value, ref byte target) => Avx512F.ConvertToVector128Byte(value).StoreUnsafe(ref target);
}

/// <summary>8 lanes: AVX2.</summary>
readonly struct PixelLanes256 : IPixelLanes<Vector256<int>, Vector256<float>>
{
    public static int Count => Vector256<int>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Widen(ref byte source) =>
        Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref source)).AsByte());

    public static Vector256<int> Broadcast(int value) => Vector256.Create(value);

    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    public static Vector256<int> MultiplyAdd(Vector256<int> value, Vector256<int> weight, Vector256<int> sum) => (value * weight) + sum;

    public static Vector256<int> ToByteRange(Vector256<int> sum) => Vector256.Min(sum >> ResampleAxis.PrecisionBits, Vector256.Create(255));

    public static Vector256<float> ToFloat(Vector256<int> value) => Vector256.ConvertToSingle(value);

    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b, Vector256<float> reciprocal)
    {
        var quotient = a * reciprocal;
        return Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(-quotient, b, a), reciprocal, quotient);
    }

    public static void Store(Vector256<float> value, ref float target) => value.StoreUnsafe(ref target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<int> value, ref byte target)
    {
        var words = Vector128.Narrow(value.GetLower(), value.GetUpper());
        Unsafe.WriteUnaligned(ref target, Vector128.Narrow(words, words).AsUInt64().ToScalar());
    }
}

/// <summary>4 lanes: every other machine, without an instruction set by name.</summary>
readonly struct PixelLanes128 : IPixelLanes<Vector128<int>, Vector128<float>>
{
    public static int Count => Vector128<int>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Widen(ref byte source)
    {
        var bytes = Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(ref source)).AsByte();
        return Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32();
    }

    public static Vector128<int> Broadcast(int value) => Vector128.Create(value);

    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    public static Vector128<int> MultiplyAdd(Vector128<int> value, Vector128<int> weight, Vector128<int> sum) => (value * weight) + sum;

    public static Vector128<int> ToByteRange(Vector128<int> sum) => Vector128.Min(sum >> ResampleAxis.PrecisionBits, Vector128.Create(255));

    public static Vector128<float> ToFloat(Vector128<int> value) => Vector128.ConvertToSingle(value);

    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;

    public static Vector128<float> Divide(Vector128<float> a, Vector128<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Divide(Vector128<float> a, Vector128<float> b, Vector128<float> reciprocal)
    {
        var quotient = a * reciprocal;
        return Vector128.FusedMultiplyAdd(Vector128.FusedMultiplyAdd(-quotient, b, a), reciprocal, quotient);
    }

    public static void Store(Vector128<float> value, ref float target) => value.StoreUnsafe(ref target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<int> value, ref byte target)
    {
        var words = Vector128.Narrow(value, value);
        Unsafe.WriteUnaligned(ref target, Vector128.Narrow(words, words).AsUInt32().ToScalar());
    }
}
