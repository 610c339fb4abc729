namespace DetrPerfLab.Models;

/// <summary>Layers of a transformer and of heads: each adds its weights to the module under <c>path</c> and gives the text that computes it of <c>x</c>.</summary>
/// <remarks>Source of the fused operators: PyTorch 2.10, aten/src/ATen/native/mkldnn/Linear.cpp.</remarks>
sealed class ScriptLayers(ScriptModuleWriter module, WeightStore weights, ScriptArithmetic arithmetic, ScriptCodes codes)
{
    internal DetrConfig Config => weights.Config;
    internal ScriptArithmetic Arithmetic => arithmetic;

    internal string Tensor(string path, string name) => module.Tensor(path, weights[name].Shape, () => weights[name].Data, arithmetic.Type);

    internal string Norm(string path, string x, string name, string epsilon = "1e-05") =>
        $"torch.layer_norm({x}, [{weights[$"{name}.weight"].Shape[0]}], {Tensor($"{path}.weight", $"{name}.weight")}, {Tensor($"{path}.bias", $"{name}.bias")}, {epsilon}, False)";

    /// <summary>A linear layer in float32, whatever the precision: that of a head.</summary>
    internal string HeadLinear(string path, string x, string name)
    {
        var (weight, bias) = (weights[$"{name}.weight"], weights[$"{name}.bias"]);
        return $"torch.linear({x}, {module.Tensor($"{path}.weight", weight.Shape, () => weight.Data)}, {module.Tensor($"{path}.bias", bias.Shape, () => bias.Data)})";
    }

    /// <summary>A linear layer, then relu or the sum with an addend.</summary>
    internal string Linear(string path, string x, string name, bool relu = false, string? addend = null) =>
        Linear(path, x, $"{name}.weight", $"{name}.bias", 0, (int)weights[$"{name}.bias"].Shape[0], relu, addend);

    /// <summary>Lines that make y of x: x + (relu(x W1 + b1) W2 + b2); <paramref name="input"/> is what the exported graph calls x.</summary>
    internal IEnumerable<string> FeedForward(string path, string source, string input)
    {
        var (first, second) = ($"{path}.linear1", $"{path}.linear2");
        if (codes.Filter(first) is { } wide && codes.Filter(second) is { } narrow && codes.Of(input) is { } given && codes.Of($"{first}.relu") is { } hidden)
        {
            yield return $"y = {codes.Coded("x", given)}";
            yield return $"y = {Int8Linear(first, "y", wide, given, hidden, relu: true)}";
            yield return $"y = torch.add_({Int8Linear(second, "y", narrow, hidden, output: null, relu: false)}, x)";
            yield break;
        }

        yield return $"y = {Linear(first, "x", $"{source}.linear1", relu: true)}";
        yield return $"y = {Linear(second, "y", $"{source}.linear2", addend: "x")}";
    }

    /// <summary>Some of the three projections that the state dict holds as one matrix, from the first on: 0 = query, 1 = key, 2 = value.</summary>
    internal string Projection(string path, string x, string name, int first, int count = 1)
    {
        var width = (int)weights[$"{name}.in_proj_bias"].Shape[0] / 3;
        return Linear(path, x, $"{name}.in_proj_weight", $"{name}.in_proj_bias", first * width, count * width, relu: false, addend: null);
    }

    string Int8Linear(string path, string x, Int8Filter filter, Int8Value input, Int8Value? output, bool relu)
    {
        long[] shape = [filter.Bias.Length, filter.Codes.Length / filter.Bias.Length];
        var (weight, bias) = codes.Weights(path, shape, filter, (stored, _) => $"ops.onednn.qlinear_prepack({stored}, None)");
        return $"ops.onednn.qlinear_pointwise({x}, {ScriptCodes.Text(input)}, {weight}, {bias}, {codes.Result(output)}, \"{(relu ? "relu" : "none")}\", [], \"\")";
    }

    /// <summary>Rows <paramref name="start"/> and on of a weight [all, inputs] and its bias.</summary>
    string Linear(string path, string x, string weightName, string biasName, int start, int rows, bool relu, string? addend)
    {
        var inputs = (int)weights[weightName].Shape[1];
        float[] Weight() => weights[weightName].Data.AsSpan(start * inputs, rows * inputs).ToArray();
        float[] Bias() => weights[biasName].Data.AsSpan(start, rows).ToArray();
        string Addends() => module.Tensor($"{path}.bias", [rows], Bias, arithmetic.Type);
        if (arithmetic.IsFused)
        {
            var (bias, packed) = (Addends(), module.PackedTensor($"{path}.weight", [rows, inputs], Weight, arithmetic.Type, stored => $"ops.mkldnn._reorder_linear_weight({stored}, None)"));
            return addend is null
                ? $"ops.mkldnn._linear_pointwise({x}, {packed}, {bias}, \"{(relu ? "relu" : "none")}\", [], None)"
                : $"ops.mkldnn._linear_pointwise({x}, {addend}, {packed}, {bias}, \"add\")";
        }

        var computed = arithmetic.Precision == ScriptPrecision.Int8Dynamic
            // The last argument keeps activations to 7 bits, as PyTorch's own layers do: processors without VNNI add pairs of products in 16 bits, which 8 would overflow.
            ? $"ops.quantized.linear_dynamic({x}, {module.PackedLinear(path, rows, inputs, () => (Weight(), Bias()))}, True)"
            : $"torch.linear({x}, {module.Tensor($"{path}.weight", [rows, inputs], Weight)}, {Addends()})";
        return relu ? $"torch.relu_({computed})" : addend is null ? computed : $"torch.add_({computed}, {addend})";
    }
}
