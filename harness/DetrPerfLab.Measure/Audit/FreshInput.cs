using System.Runtime.InteropServices;

namespace DetrPerfLab.Measure;

/// <summary>Inputs that no engine has seen: the usual ones, with part of them turned into its negative and noise on every value.</summary>
/// <remarks>Only bits are flipped, so the same call undoes it and no second copy of the inputs takes memory that is measured.</remarks>
public static class FreshInput
{
    const uint NoiseBits = (1u << 21) - 1; // lower bits of the 23 of a float's fraction: noise of up to a quarter of the value's power of two
    const uint Sign = 1u << 31, Exponent = 0xFFu << 23;

    /// <summary>Turns usual inputs into fresh ones, and back. Masks and sizes, which are integers, stay valid as they are; zeros, which pad, stay too.</summary>
    public static void Toggle(IReadOnlyList<HostTensor> inputs, ulong seed, int index)
    {
        var random = DeterministicRandom.Stream(seed, index);
        foreach (var input in inputs)
        {
            if (input.Type != ElementType.Float32) { continue; }
            var bits = MemoryMarshal.Cast<float, uint>(input.Floats);
            // A third, somewhere: a change that quantised networks follow too, which noise alone need not be.
            var length = (bits.Length + 2) / 3;
            var start = random.Next(bits.Length - length + 1);
            for (var i = 0; i < bits.Length; i++)
            {
                var noise = (uint)random.NextUInt64() & NoiseBits;
                if ((bits[i] & Exponent) == 0) { continue; }
                bits[i] ^= noise | (i >= start && i < start + length ? Sign : 0);
            }
        }
    }

    public static TensorSet Of(TensorSet usual, ulong seed, int index)
    {
        var fresh = usual.Copy();
        Toggle(fresh, seed, index);
        return fresh;
    }
}

/// <summary>What an independent engine gives for the first fresh input, had beforehand.</summary>
/// <param name="Check">Holds an engine's outputs for the fresh input against them as its outputs for the usual one were held; throws where they differ too much.</param>
public sealed record FreshReference(TensorSet Usual, TensorSet Fresh, Action<TensorSet> Check)
{
    /// <summary>How far an engine's outputs follow the reference's from the usual input to the fresh one: the share of the reference's change that is in the
    /// engine's. Near 1 for one that computes, however coarsely; near 0 for one that gives the outputs of the usual input, with or without noise on
    /// them.</summary>
    /// <returns>Null where the reference itself does not change.</returns>
    public double? ResponseOf(TensorSet usual, TensorSet fresh)
    {
        double shared = 0, whole = 0;
        foreach (var expected in Fresh)
        {
            if (expected.Type != ElementType.Float32) { continue; }
            var from = Usual[expected.Name].Floats;
            var to = expected.Floats;
            var mineFrom = usual[expected.Name].Floats;
            var mineTo = fresh[expected.Name].Floats;
            for (var i = 0; i < to.Length; i++)
            {
                double change = to[i] - from[i];
                shared += change * (mineTo[i] - mineFrom[i]);
                whole += change * change;
            }
        }

        return whole > 0 ? shared / whole : null;
    }
}
