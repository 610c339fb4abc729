using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public enum InterpolationMode
    {
        Nearest = 0,
    }

    public static partial class nn
    {
        public static partial class functional
        {
            static readonly Operator s_conv2d = new("aten::conv2d");
            static readonly Operator s_maxPool2d = new("aten::max_pool2d");
            static readonly Operator s_linear = new("aten::linear");
            static readonly Operator s_layerNorm = new("aten::layer_norm");
            static readonly Operator s_softmax = new("aten::softmax", "int");
            static readonly Operator s_nearest = new("aten::upsample_nearest2d");
            static readonly long[] s_one = [1];
            static readonly long[] s_zero = [0];

            public static Tensor conv2d(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1) =>
                s_conv2d.Call(input, weight, bias, strides ?? s_one, padding ?? s_zero, dilation ?? s_one, groups);

            public static Tensor max_pool2d(
                Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false) =>
                s_maxPool2d.Call(input, kernel_size, strides ?? kernel_size, padding ?? s_zero, dilation ?? s_one, ceil_mode);

            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => s_linear.Call(input, weights, bias);

            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                s_layerNorm.Call(input, normalized_shape, weight, bias, eps);

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => s_softmax.Call(input, dim, dtype);

            public static Tensor interpolate(Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest) =>
                size is { Length: 2 } && scale_factor is null && mode == InterpolationMode.Nearest
                    ? s_nearest.Call(x, size)
                    : throw new NotSupportedException("compat/TorchSharp interpolates images to a size by nearest neighbour; found another request.");
        }
    }
}
