namespace DetrPerfLab.Onnx;

/// <summary>The constant weight [O, I/groups, k, k] and bias [O] of a 2-D convolution.</summary>
sealed record ConvWeights(long[] Dims, float[] Weight, float[] Bias)
{
    internal int Channels => Bias.Length;

    /// <summary>Null where weight or bias is not a float32 constant, or where it is no 2-D convolution.</summary>
    internal static ConvWeights? Read(GraphIndex index, NodeProto conv)
    {
        if (conv.Input.Count < 2 || index.Constant(conv.Input[1]) is not { } weight || !weight.IsFloat() || weight.Dims.Count != 4) { return null; }
        var channels = (int)weight.Dims[0];
        var bias = conv.Has(2) ? index.Constant(conv.Input[2])?.ToFloats() : new float[channels];
        return bias is null || bias.Length != channels ? null : new([.. weight.Dims], weight.ToFloats(), bias);
    }

    /// <summary>Makes the convolution give scale[c] * y + shift[c], with new constants: others may read the old ones.</summary>
    internal void Apply(ChannelAffine affine, GraphEditor editor, NodeProto conv)
    {
        var inner = Weight.Length / Channels;
        for (var c = 0; c < Channels; c++)
        {
            foreach (ref var w in Weight.AsSpan(c * inner, inner)) { w *= affine.Scale[c]; }
            Bias[c] = (Bias[c] * affine.Scale[c]) + affine.Shift[c];
        }

        var weight = editor.AddConstant<float>(conv.Input[1], Dims, Weight);
        var bias = editor.AddConstant<float>(conv.Has(2) ? conv.Input[2] : conv.Name + ".bias", [Channels], Bias);
        conv.Input[1] = weight;
        if (conv.Input.Count > 2) { conv.Input[2] = bias; }
        else { conv.Input.Add(bias); }
    }
}
