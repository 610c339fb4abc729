namespace DetrPerfLab.Models;

/// <summary>Layers that parts of models share: each adds its weights to the module under <c>path</c> and gives the text that computes it of <c>x</c>.</summary>
sealed class ScriptLayers(ScriptModuleWriter module, WeightStore weights, ScriptPrecision precision)
{
    internal DetrConfig Config => weights.Config;

    internal string Tensor(string path, string name) => module.Tensor(path, weights[name].Shape, () => weights[name].Data);

    internal string ConvolutionNorm(string x, BackboneConvolution shape)
    {
        var path = shape.Name.Replace("backbone.0.body.", "backbone.").Replace("downsample.0", "downsample");
        var filter = weights[$"{shape.Name}.weight"];
        var weight = module.Filter($"{path}.weight", filter.Shape, () => FrozenBatchNorm.Fold(weights, filter, shape.Norm).Weight);
        var bias = module.Tensor($"{path}.bias", [shape.Outputs], () => FrozenBatchNorm.Fold(weights, filter, shape.Norm).Bias);
        var (stride, dilation, padding) = (shape.Stride, shape.Dilation, shape.Kernel / 2 * shape.Dilation);
        return $"torch.conv2d({x}, {weight}, {bias}, [{stride}, {stride}], [{padding}, {padding}], [{dilation}, {dilation}], 1)";
    }

    /// <summary>A 1x1 convolution with a bias.</summary>
    internal string Convolution(string path, string x, string name)
    {
        var filter = weights[$"{name}.weight"];
        var weight = module.Filter($"{path}.weight", filter.Shape, () => filter.Data);
        return $"torch.conv2d({x}, {weight}, {Tensor($"{path}.bias", $"{name}.bias")}, [1, 1], [0, 0], [1, 1], 1)";
    }

    internal string Norm(string path, string x, string name, string epsilon = "1e-05") =>
        $"torch.layer_norm({x}, [{weights[$"{name}.weight"].Shape[0]}], {Tensor($"{path}.weight", $"{name}.weight")}, {Tensor($"{path}.bias", $"{name}.bias")}, {epsilon}, False)";

    /// <summary>A linear layer in float32, whatever the precision: that of a head.</summary>
    internal string HeadLinear(string path, string x, string name) =>
        $"torch.linear({x}, {Tensor($"{path}.weight", $"{name}.weight")}, {Tensor($"{path}.bias", $"{name}.bias")})";

    internal string Linear(string path, string x, string name) => Linear(path, x, $"{name}.weight", $"{name}.bias", 0, (int)weights[$"{name}.bias"].Shape[0]);

    /// <summary>Some of the three projections that the state dict holds as one matrix, from the first on: 0 = query, 1 = key, 2 = value.</summary>
    internal string Projection(string path, string x, string name, int first, int count = 1)
    {
        var width = (int)weights[$"{name}.in_proj_bias"].Shape[0] / 3;
        return Linear(path, x, $"{name}.in_proj_weight", $"{name}.in_proj_bias", first * width, count * width);
    }

    /// <summary>Rows <paramref name="start"/> and on of a weight [all, inputs] and its bias.</summary>
    string Linear(string path, string x, string weightName, string biasName, int start, int rows)
    {
        var inputs = (int)weights[weightName].Shape[1];
        float[] Weight() => weights[weightName].Data.AsSpan(start * inputs, rows * inputs).ToArray();
        float[] Bias() => weights[biasName].Data.AsSpan(start, rows).ToArray();
        return precision == ScriptPrecision.Float32
            ? $"torch.linear({x}, {module.Tensor($"{path}.weight", [rows, inputs], Weight)}, {module.Tensor($"{path}.bias", [rows], Bias)})"
            // The last argument keeps activations to 7 bits, as PyTorch's own layers do: processors without VNNI add pairs of products in 16 bits, which 8 would overflow.
            : $"ops.quantized.linear_dynamic({x}, {module.PackedLinear(path, rows, inputs, () => (Weight(), Bias()))}, True)";
    }
}
