namespace DetrPerfLab.Models;

/// <summary>A value of the script: the variable that holds it, and what the exported graph calls it.</summary>
readonly record struct ScriptValue(string Variable, string Name);

/// <summary>Convolutions as text: each adds its weights to the module, and does what follows it, the addition of a residual and relu, in the same pass where it is fused.</summary>
/// <remarks>A fused archive holds its weights in the layout that oneDNN's kernels choose when it is loaded. Source of the operators: PyTorch 2.10, aten/src/ATen/native/mkldnn/Conv.cpp and
/// RegisterMkldnnOpContextClass.cpp.</remarks>
sealed class ScriptConvolutions(ScriptModuleWriter module, WeightStore weights, ScriptArithmetic arithmetic, ScriptCodes codes)
{
    const int ChannelsLast = 2; // at::MemoryFormat

    /// <summary>The image with channels innermost, as the first convolution takes it.</summary>
    internal string Image(ScriptValue x) => codes.Of(x.Name) is { } coded
        ? codes.Coded($"torch.contiguous({x.Variable}, memory_format={ChannelsLast})", coded)
        : $"torch.contiguous({arithmetic.FromFloat(x.Variable)}, memory_format={ChannelsLast})";

    internal string MaxPool(ScriptValue x, int kernel, int stride, string output)
    {
        string Pool(string text) => $"torch.max_pool2d({text}, [{kernel}, {kernel}], [{stride}, {stride}], [{kernel / 2}, {kernel / 2}], [1, 1], False)";
        return (codes.Of(x.Name), codes.Of(output)) switch
        {
            // libtorch pools no bare bytes; which quantisation they are said to have does not matter for the largest.
            ({ } same, { } kept) when same == kept => $"torch.int_repr({Pool($"torch._make_per_tensor_quantized_tensor({x.Variable}, 1., 0)")})",
            (_, { } coded) => codes.Coded(Pool(codes.Decoded(x)), coded),
            _ => Pool(codes.Decoded(x)),
        };
    }

    /// <summary>A convolution of images of about <paramref name="size"/> and the batch norm behind it. An addend is added before relu, and its variable may be overwritten.</summary>
    internal string ConvolutionNorm(ScriptValue x, BackboneConvolution shape, ImageSize size, string output, bool relu = false, ScriptValue? addend = null)
    {
        var filter = weights[$"{shape.Name}.weight"];
        var path = PathOf(shape.Name);
        return Convolution(
            new(path, filter.Shape, () => FrozenBatchNorm.Fold(weights, filter, shape.Norm).Weight, () => FrozenBatchNorm.Fold(weights, filter, shape.Norm).Bias)
            {
                Size = size,
                Stride = shape.Stride,
                Padding = shape.Kernel / 2 * shape.Dilation,
                Dilation = shape.Dilation,
            },
            x, output, relu, addend);
    }

    /// <summary>A 1x1 convolution with a bias, by its name in state dict and graph; its result is no code.</summary>
    internal string Convolution(string name, ScriptValue x, ImageSize size)
    {
        var (filter, bias) = (weights[$"{name}.weight"], weights[$"{name}.bias"]);
        return Convolution(new(name, filter.Shape, () => filter.Data, () => bias.Data) { Size = size }, x, output: "", relu: false, addend: null);
    }

    /// <summary>What the exported graph calls a convolution of the backbone.</summary>
    internal static string PathOf(string name) => $"backbone.{name.Replace("backbone.0.body.", "", StringComparison.Ordinal).Replace("downsample.0", "downsample", StringComparison.Ordinal)}";

    string Convolution(Layer layer, ScriptValue x, string output, bool relu, ScriptValue? addend)
    {
        var coded = codes.Of(output);
        if (codes.Filter(layer.Path) is not { } filter)
        {
            var result = Float(layer, codes.Decoded(x), relu, addend is { } a ? codes.Decoded(a) : null);
            return coded is { } code ? codes.Coded(result, code) : result;
        }

        if (addend is not { } other) { return Int8(layer, filter, x, coded, relu, addend: null); }
        if (coded is not null && codes.Of(other.Name) is not null) { return Int8(layer, filter, x, coded, relu, other); }
        var sum = Then(Int8(layer, filter, x, output: null, relu: false, addend: null), relu, codes.Decoded(other));
        return coded is { } c ? codes.Coded(sum, c) : sum;
    }

    string Float(Layer layer, string x, bool relu, string? addend)
    {
        var bias = module.Tensor($"{layer.Path}.bias", [layer.Shape[0]], layer.Bias, arithmetic.Type);
        if (!arithmetic.IsFused) { return Then($"torch.conv2d({x}, {module.Filter($"{layer.Path}.weight", layer.Shape, layer.Weight)}, {bias}, {layer.Strides}, {layer.Paddings}, {layer.Dilations}, 1)", relu, addend); }
        var weight = module.PackedTensor($"{layer.Path}.weight", layer.Shape, layer.Weight, arithmetic.Type,
            stored => $"ops.mkldnn._reorder_convolution_weight({stored}, {layer.Paddings}, {layer.Strides}, {layer.Dilations}, 1, {layer.Input})");
        var placed = $"{x}, {weight}, {bias}, {layer.Paddings}, {layer.Strides}, {layer.Dilations}, 1";
        return addend is null
            ? $"ops.mkldnn._convolution_pointwise({placed}, \"{(relu ? "relu" : "none")}\", [], None)"
            : $"ops.mkldnn._convolution_pointwise_({addend}, {placed}, \"add\", 1., {(relu ? "\"relu\"" : "None")}, [], None)";
    }

    /// <summary>Codes in; codes out where <paramref name="output"/> says how, else floats.</summary>
    string Int8(Layer layer, Int8Filter filter, ScriptValue x, Int8Value? output, bool relu, ScriptValue? addend)
    {
        var input = ScriptCodes.Text(codes.Of(x.Name) ?? throw new InvalidOperationException($"'{layer.Path}' is in 8 bits, '{x.Name}', which it reads, is not."));
        var (weight, bias) = codes.Weights(layer.Path, layer.Shape, filter,
            (stored, scales) => $"ops.onednn.qconv_prepack({stored}, {scales}, {input}, {layer.Strides}, {layer.Paddings}, {layer.Dilations}, 1, {layer.Input})");
        var (read, placed) = ($"{x.Variable}, {input}, {weight}", $"{layer.Strides}, {layer.Paddings}, {layer.Dilations}, 1, {codes.Result(output)}");
        return addend is { } other
            ? $"ops.onednn.qconv2d_pointwise({read}, {other.Variable}, {bias}, {placed}, {ScriptCodes.Text(codes.Of(other.Name)!.Value)}, \"sum\", 1., {(relu ? "\"relu\"" : "None")}, [], None)"
            : $"ops.onednn.qconv2d_pointwise({read}, {bias}, {placed}, \"{(relu ? "relu" : "none")}\", [], None)";
    }

    static string Then(string computed, bool relu, string? addend)
    {
        var sum = addend is null ? computed : $"torch.add_({computed}, {addend})";
        return relu ? $"torch.relu_({sum})" : sum;
    }

    /// <summary>Where a convolution lies and what it is, as the operators' arguments.</summary>
    sealed record Layer(string Path, IReadOnlyList<long> Shape, Func<float[]> Weight, Func<float[]> Bias)
    {
        internal required ImageSize Size { private get; init; }
        internal int Stride { private get; init; } = 1;
        internal int Padding { private get; init; }
        internal int Dilation { private get; init; } = 1;

        internal string Strides => $"[{Stride}, {Stride}]";
        internal string Paddings => $"[{Padding}, {Padding}]";
        internal string Dilations => $"[{Dilation}, {Dilation}]";
        internal string Input => $"[1, {Shape[1]}, {Size.Height}, {Size.Width}]"; // the size that a layout is chosen for
    }
}
