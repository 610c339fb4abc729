using TorchSharp.Interop;

namespace TorchSharp;

/// <summary>The part of TorchSharp's API that the lab uses. Shapes, defaults and errors are those of the real package.</summary>
public static partial class torch
{
    static readonly Operator s_cat = new("aten::cat");
    static readonly Operator s_stack = new("aten::stack");
    static readonly Operator s_arange = new("aten::arange");

    public enum ScalarType : sbyte
    {
        Byte = 0,
        Int8 = 1,
        Int16 = 2,
        Int32 = 3,
        Int64 = 4,
        Float16 = 5,
        Float32 = 6,
        Float64 = 7,
        Bool = 11,
        BFloat16 = 15,
    }

    /// <summary>Version of libtorch, for example 1.13.0.</summary>
    public static string __version__ => Shim.TorchVersion;

    public static DisposeScope NewDisposeScope() => new();

    public static IDisposable no_grad() => new Runtime.GradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new Runtime.GradMode(enabled);

    public static bool is_grad_enabled() => Runtime.GradEnabled;

    public static IDisposable inference_mode(bool mode = true) => new Runtime.InferenceMode(mode);

    public static int get_num_threads() => Runtime.Threads;

    public static void set_num_threads(int num) => Runtime.Threads = num;

    /// <summary>A one-dimensional tensor that shares the array's memory.</summary>
    public static Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        if (offset < 0 || offset >= rawArray.LongLength) { throw new ArgumentException($"invalid value for 'offset': {offset}"); }
        if (count < 0) { count = rawArray.LongLength - offset; }
        if (count > rawArray.LongLength - offset) { throw new IndexOutOfRangeException($"element count is too large: {count}"); }
        var (type, bytes) = rawArray switch
        {
            float[] => (ScalarType.Float32, sizeof(float)),
            long[] => (ScalarType.Int64, sizeof(long)),
            _ => throw new NotSupportedException($"compat/TorchSharp makes tensors of float[] and long[]; found {rawArray.GetType().Name}."),
        };
        var tensor = new Tensor(TensorHandle.FromArray(rawArray, count, offset * bytes, type));
        return (dtype == type ? tensor : tensor.to_type(dtype, disposeAfter: true)).requires_grad_(requires_grad);
    }

    public static Tensor arange(Scalar stop, ScalarType? dtype = null) => s_arange.Call(stop, dtype);

    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => s_cat.Call(tensors.ToArray(), dim);

    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => s_stack.Call(tensors.ToArray(), dim);

    public static Tensor baddbmm(Tensor input, Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
        input.baddbmm(batch1, batch2, beta, alpha);
}
