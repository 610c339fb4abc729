using DetrPerfLab.Engines.Torch;
using FsCheck;
using FsCheck.Fluent;
using static TorchSharp.torch;

namespace DetrPerfLab.Tests.Torch;

public class PaddingMaskTests
{
    [Fact]
    public void Resize_AnySizes_TakesTheElementsOfInterpolate() => Prop.ForAll(
        (from height in Gen.Choose(1, 250)
         from width in Gen.Choose(1, 250)
         from stride in Gen.Elements(1, 2, 16, 32)
         select (height, width, stride)).ToArbitrary(),
        size =>
        {
            using var scope = NewDisposeScope();
            // Every element differs, so that a wrong index cannot pass.
            var mask = arange(size.height * size.width, dtype: ScalarType.Int64).reshape(1, size.height, size.width);
            long[] target = [(size.height + size.stride - 1) / size.stride, (size.width + size.stride - 1) / size.stride];
            var features = arange(target[0] * target[1], dtype: ScalarType.Float32).reshape(1, 1, target[0], target[1]);

            var actual = PaddingMask.Resize(mask, features);

            var expected = nn.functional.interpolate(mask.unsqueeze(0).to(ScalarType.Float32), size: target).select(0, 0).to(ScalarType.Int64);
            Assert.Equal([1, .. target], actual.shape);
            Assert.Equal(Values(expected), Values(actual));
        }).QuickCheckThrowOnFailure();

    static long[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var values = new long[tensor.numel()];
        frombuffer(values, ScalarType.Int64).copy_(tensor.reshape(-1));
        return values;
    }
}
