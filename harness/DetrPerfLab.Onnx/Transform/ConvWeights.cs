namespace DetrPerfLab.Onnx;

/// <summary>The constant weight [O, I/groups, …] and bias [O] of a 2-D convolution, to be changed and written back.</summary>
sealed class ConvWeights
{
    readonly long[] _dims;
    readonly float[] _weight;
    readonly float[] _bias;

    ConvWeights(long[] dims, float[] weight, float[] bias) => (_dims, _weight, _bias) = (dims, weight, bias);

    internal int Channels => _bias.Length;

    /// <summary>Null where weight or bias is not a float32 constant, or where it is no 2-D convolution.</summary>
    internal static ConvWeights? Read(GraphIndex index, NodeProto conv)
    {
        if (conv.Input.Count < 2 || index.Constant(conv.Input[1]) is not { } weight || weight.Type() != TensorProto.Types.DataType.Float || weight.Dims.Count != 4)
        {
            return null;
        }

        var channels = (int)weight.Dims[0];
        var bias = conv.Input.Count < 3 || conv.Input[2].Length == 0 ? new float[channels] : index.Constant(conv.Input[2])?.ToFloats();
        return bias is null || bias.Length != channels ? null : new([.. weight.Dims], weight.ToFloats(), bias);
    }

    /// <summary>Makes the convolution give scale[c] * y + shift[c].</summary>
    internal void Scale(ReadOnlySpan<float> scale, ReadOnlySpan<float> shift)
    {
        var inner = _weight.Length / Channels;
        for (var c = 0; c < Channels; c++)
        {
            foreach (ref var w in _weight.AsSpan(c * inner, inner)) { w *= scale[c]; }
            _bias[c] = (_bias[c] * scale[c]) + shift[c];
        }
    }

    /// <summary>Gives the node new constants: others may read the old ones.</summary>
    internal void Write(GraphEditor editor, NodeProto conv)
    {
        var weight = editor.AddConstant<float>(conv.Input[1], _dims, _weight);
        var bias = editor.AddConstant<float>(conv.Input.Count > 2 && conv.Input[2].Length > 0 ? conv.Input[2] : conv.Name + ".bias", [Channels], _bias);
        conv.Input[1] = weight;
        if (conv.Input.Count > 2) { conv.Input[2] = bias; }
        else { conv.Input.Add(bias); }
        editor.Changed();
    }
}
