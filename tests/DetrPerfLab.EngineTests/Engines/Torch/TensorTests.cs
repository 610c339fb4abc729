using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>Each TorchSharp operator that the lab calls, against plain arithmetic.</summary>
/// <remarks>
/// Arguments are never equal or interchangeable: TorchSharp 0.107.0 passes those of <c>baddbmm</c> in another order than PyTorch, and only such a test shows it.
/// The lab does not call that one.
/// </remarks>
public class TensorTests
{
    [Fact]
    public void Frombuffer_Array_SharesItsMemoryBothWays()
    {
        float[] memory = [1, 2, 3, 4];
        using var scope = NewDisposeScope();
        var tensor = frombuffer(memory, ScalarType.Float32).reshape(2, 2);

        memory[3] = 40;
        Assert.Equal([1, 2, 3, 40], Values(tensor));
        tensor.copy_(tensor.mul(2));
        Assert.Equal([2, 4, 6, 80], memory);
    }

    [Fact]
    public void Frombuffer_OtherType_Converts()
    {
        using var scope = NewDisposeScope();
        var tensor = frombuffer(new long[] { 1, 0 }, ScalarType.Float32);
        Assert.Equal(ScalarType.Float32, tensor.dtype);
        Assert.Equal([1, 0], Values(tensor));
    }

    [Fact]
    public void Frombuffer_ViewOutlivesFirstTensor_KeepsTheArray()
    {
        using var view = MakeView();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.Equal([1, 2, 3], Values(view));

        static Tensor MakeView()
        {
            using var flat = frombuffer(new float[] { 1, 2, 3 }, ScalarType.Float32);
            return flat.reshape(3, 1);
        }
    }

    [Fact]
    public void Dispose_LastTensorOfAnArray_UnpinsIt()
    {
        var array = Use();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(array.IsAlive);

        static WeakReference Use()
        {
            var memory = new float[1000];
            using var tensor = frombuffer(memory, ScalarType.Float32);
            return new WeakReference(memory);
        }
    }

    [Fact]
    public void Shapes_OfAReshapedTensor_AreTheNewOnes()
    {
        using var scope = NewDisposeScope();
        var tensor = Counting(24).reshape(2, 3, 4);
        Assert.Equal([2, 3, 4], tensor.shape);
        Assert.Equal((3, 24, 3, 4, 12), (tensor.dim(), tensor.numel(), tensor.size(1), tensor.size(-1), tensor.stride(0)));
        Assert.Equal([2, 12], tensor.flatten(1).shape);
        Assert.Equal([2, 3, 2, 2], tensor.unflatten(2, -1, 2).shape);
        Assert.Equal([4, 2, 3], tensor.permute(2, 0, 1).shape);
        Assert.Equal([0, 3, 1, 4, 2, 5], Values(Counting(6).reshape(2, 3).transpose(0, 1)));
        Assert.Equal([0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11], Values(Counting(12).reshape(2, 3, 2).permute(1, 2, 0)));
        Assert.Equal([2, 1, 3, 4], tensor.unsqueeze(1).shape);
        Assert.Throws<ArgumentOutOfRangeException>(() => Axis(tensor, 3));

        // The package answers an axis out of range with its own exception type.
        static long Axis(Tensor tensor, int axis)
        {
            try { return tensor.size(axis); }
            catch (ExternalException e) { throw new ArgumentOutOfRangeException("The axis is out of range.", e); }
        }
    }

    [Fact]
    public void Slices_TakeTheNamedElements()
    {
        using var scope = NewDisposeScope();
        var tensor = Counting(12).reshape(3, 4);
        Assert.Equal([1, 3, 5, 7, 9, 11], Values(tensor.slice(1, 1, long.MaxValue, 2)));
        Assert.Equal([8, 9, 10, 11], Values(tensor.slice(0, -1, long.MaxValue, 1)));
        Assert.Equal([4, 5, 6, 7], Values(tensor.select(0, 1)));
        Assert.Equal([1, 2, 5, 6, 9, 10], Values(tensor.narrow(1, 1, 2)));
        Assert.Equal([8, 9, 10, 11, 0, 1, 2, 3], Values(tensor.index_select(0, frombuffer(new long[] { 2, 0 }, ScalarType.Int64))));
        Assert.Equal([0, 0, 1, 1, 2, 2], Values(Counting(3).repeat_interleave(2, 0)));
        Assert.Equal([0, 3, 1, 4, 2, 5], Values(stack([Counting(3), Counting(3) + 3], 1)));
        Assert.Equal([0, 1, 2, 0, 1, 2], Values(cat([Counting(3), Counting(3)])));
    }

    [Fact]
    public void Arithmetic_MatchesScalars()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (Counting(4) + 1, Counting(4) + 2);
        Assert.Equal([0.5f, 2f / 3, 0.75f, 0.8f], Values(x / y));
        Assert.Equal([2, 6, 12, 20], Values(x * y));
        Assert.Equal([-1, -1, -1, -1], Values(x - y));
        Assert.Equal([1, 3, 6, 10], Values(x.cumsum(0)));
        Assert.Equal([1, 3, 3, 7], Values(x.reshape(2, 2).cumsum(1)));
        Assert.Equal([1, 2, 4, 6], Values(x.reshape(2, 2).cumsum(0)));
        Assert.Equal([1, 2, 2, 2], Values(x.minimum((x - x) + 2)));
        Assert.Equal([0, 1, 1, 2], Values(x.div(2).floor()));
        Assert.Equal([7, 2, 3, 4], Values(x.masked_fill(x.eq(1), 7)));
        Assert.Equal([MathF.Sin(1), MathF.Sin(2)], Values(x.sin().narrow(0, 0, 2)), Close);
        Assert.Equal([MathF.Cos(1), MathF.Cos(2)], Values(x.cos().narrow(0, 0, 2)), Close);
        Assert.Equal([1, 1 / MathF.Sqrt(2)], Values(x.rsqrt().narrow(0, 0, 2)), Close);
        Assert.Equal([1 / (1 + MathF.Exp(-1))], Values(x.sigmoid().narrow(0, 0, 1)), Close);
        Assert.Equal([10], Values(x.sum()));
        Assert.Equal([0, 0, 1, 2], Values((x - 2).relu()));
    }

    [Fact]
    public void InPlaceOperators_ReturnTheirFirstArgument()
    {
        using var scope = NewDisposeScope();
        var x = Counting(3) - 1;
        Assert.Same(x, x.add_(Counting(3)));
        Assert.Equal([-1, 1, 3], Values(x));
        Assert.Same(x, x.relu_());
        Assert.Equal([0, 1, 3], Values(x));
    }

    [Fact]
    public void MatrixProducts_MatchPlainLoops()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Counting(6).reshape(1, 2, 3), Counting(12).reshape(1, 3, 4));
        float[] product = [20, 23, 26, 29, 56, 68, 80, 92];
        Assert.Equal(product, Values(a.bmm(b)));
        // linear is x * weight^T + bias
        Assert.Equal([5 + 1, 14 + 2, 14 + 1, 50 + 2], Values(nn.functional.linear(Counting(6).reshape(2, 3), Counting(6).reshape(2, 3), Counting(2) + 1)));
    }

    [Fact]
    public void Normalisations_MatchTheirFormulas()
    {
        using var scope = NewDisposeScope();
        var x = Counting(4).reshape(1, 4);
        var deviation = MathF.Sqrt(1.25f + 1e-5f);
        Assert.Equal(
            [(-1.5f / deviation) + 10, (-0.5f / deviation * 2) + 20, (0.5f / deviation * 3) + 30, (1.5f / deviation * 4) + 40],
            Values(nn.functional.layer_norm(x, [4], Counting(4) + 1, (Counting(4) + 1) * 10)),
            (left, right) => MathF.Abs(left - right) <= 4e-6f); // a unit in the last place around 40
        var sum = 1 + MathF.E + MathF.Exp(2) + MathF.Exp(3);
        Assert.Equal([1 / sum, MathF.E / sum, MathF.Exp(2) / sum, MathF.Exp(3) / sum], Values(nn.functional.softmax(x, -1)), Close);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(1, 2, 2)]
    [InlineData(2, 1, 3)]
    [InlineData(3, 2, 1)]
    public void Conv2d_AnyStridePaddingAndDilation_MatchesPlainLoops(int stride, int padding, int dilation)
    {
        using var scope = NewDisposeScope();
        const int Channels = 2, Filters = 3, Height = 9, Width = 11;
        var image = Counting(Channels * Height * Width).reshape(1, Channels, Height, Width);
        var filter = Counting(Filters * Channels * 9).reshape(Filters, Channels, 3, 3);
        var actual = nn.functional.conv2d(image, filter, Counting(Filters) * 1000, [stride, stride], [padding, padding], [dilation, dilation]);
        var (rows, columns) = ((int)actual.size(2), (int)actual.size(3));
        var expected = new float[Filters * rows * columns];
        for (var i = 0; i < expected.Length; i++)
        {
            var (output, row, column) = (i / (rows * columns), i / columns % rows, i % columns);
            expected[i] = output * 1000;
            for (var tap = 0; tap < Channels * 9; tap++)
            {
                var (y, x) = ((row * stride) - padding + (tap / 3 % 3 * dilation), (column * stride) - padding + (tap % 3 * dilation));
                if (y is >= 0 and < Height && x is >= 0 and < Width) { expected[i] += ((output * Channels * 9) + tap) * ((((tap / 9 * Height) + y) * Width) + x); }
            }
        }

        Assert.Equal(expected, Values(actual)); // exact: whole numbers below 2^24
    }

    [Fact]
    public void MaxPool2d_WithPadding_IgnoresIt()
    {
        using var scope = NewDisposeScope();
        var pooled = nn.functional.max_pool2d((Counting(9) - 100).reshape(1, 1, 3, 3), [3, 3], [2, 2], [1, 1]);
        Assert.Equal([-96, -95, -93, -92], Values(pooled));
    }

    [Fact]
    public void WrongShape_ThrowsWithLibtorchsReason()
    {
        using var scope = NewDisposeScope();
        var error = Assert.ThrowsAny<ExternalException>(() => Counting(3) + Counting(4));
        Assert.Contains("size", error.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ExternalException>(() => Counting(3).reshape(2, 2));
    }

    [Fact]
    public void DisposedTensor_Throws()
    {
        var tensor = Counting(1);
        tensor.Dispose();
        Assert.True(tensor.IsInvalid);
        Assert.Throws<InvalidOperationException>(() => tensor.add(1));
        tensor.Dispose(); // a second time does nothing
    }

    [Fact]
    public void InferenceMode_RecordsNoGradients_EnableGradDoes()
    {
        using var scope = NewDisposeScope();
        var weight = Counting(2).requires_grad_();
        Assert.True(weight.mul(2).requires_grad);
        using (inference_mode()) { Assert.False(weight.mul(2).requires_grad); }
        using (no_grad())
        {
            Assert.False(weight.mul(2).requires_grad);
            using (enable_grad()) { Assert.True(weight.mul(2).requires_grad); }
            Assert.False(is_grad_enabled());
        }

        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void BFloat16_RoundsToEightBits()
    {
        using var scope = NewDisposeScope();
        var rounded = frombuffer(new[] { 1.00390625f, 1.005859375f }, ScalarType.Float32).to(ScalarType.BFloat16);
        Assert.Equal(ScalarType.BFloat16, rounded.dtype);
        Assert.Equal([1, 1.0078125f], Values(rounded.to(ScalarType.Float32))); // ties to even; above the tie up
    }

    static bool Close(float left, float right) => MathF.Abs(left - right) <= 1e-6f; // two units in the last place around 1

    static Tensor Counting(int count) => arange(count, dtype: ScalarType.Float32);

    /// <summary>Elements in row-major order, whatever the layout.</summary>
    static float[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var values = new float[tensor.numel()];
        frombuffer(values, ScalarType.Float32).copy_(tensor.reshape(-1));
        return values;
    }
}
