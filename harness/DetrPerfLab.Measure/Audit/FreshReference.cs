namespace DetrPerfLab.Measure;

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
