using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Models;

public class StoredTensorTests
{
    [Fact]
    public void Decode_AnyViewInsideItsStorage_EqualsIndexArithmetic() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<(PositiveInt, PositiveInt, PositiveInt)>().Filter(s => Math.Max(s.Item1.Get, Math.Max(s.Item2.Get, s.Item3.Get)) <= 12),
            ArbMap.Default.ArbFor<(NonNegativeInt, NonNegativeInt, NonNegativeInt, byte)>(),
            (shape, view) =>
            {
                long[] lengths = [shape.Item1.Get, shape.Item2.Get, shape.Item3.Get];
                long[] strides = [view.Item1.Get % 40, view.Item2.Get % 40, view.Item3.Get % 40];
                var values = Enumerable.Range(0, 2048).Select(i => (float)i).ToArray();
                var tensor = new StoredTensor("t", StoredType.Float32, lengths, strides, view.Item4, new("s", 0, values.Length * sizeof(float)));
                Assert.Null(tensor.Fault(limit: values.Length));

                var found = new float[tensor.Count];
                tensor.Decode(MemoryMarshal.AsBytes<float>(values), found);
                var expected =
                    from i in Range(lengths[0])
                    from j in Range(lengths[1])
                    from k in Range(lengths[2])
                    select values[view.Item4 + (i * strides[0]) + (j * strides[1]) + (k * strides[2])];
                return found.SequenceEqual(expected);
            }).QuickCheckThrowOnFailure();

    static IEnumerable<int> Range(long count) => Enumerable.Range(0, (int)count);
}
