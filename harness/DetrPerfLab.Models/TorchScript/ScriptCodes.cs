namespace DetrPerfLab.Models;

/// <summary>The 8-bit part of an archive as text: which values are codes, how floats become codes and back, and the weights of a layer that reads codes.</summary>
/// <remarks>Source of the operators: PyTorch 2.10, aten/src/ATen/native/quantized/cpu/qconv.cpp, qconv_prepack.cpp, qlinear.cpp, qlinear_prepack.cpp.</remarks>
sealed class ScriptCodes(ScriptModuleWriter module, ScriptArithmetic arithmetic, Int8Layers? int8)
{
    const int Unsigned = 13; // at::ScalarType of quantised tensors, quint8

    internal Int8Filter? Filter(string layer) => int8?.Filters.GetValueOrDefault(layer);

    /// <summary>How a value is coded, by its name in the exported graph; null where it is float.</summary>
    internal Int8Value? Of(string value) => int8?.Values.TryGetValue(value, out var found) == true ? found : null;

    /// <summary>Codes of what the float layers gave.</summary>
    internal string Coded(string x, Int8Value value) => $"torch.int_repr(torch.quantize_per_tensor({arithmetic.ToFloat(x)}, {Text(value)}, {Unsigned}))";

    /// <summary>The value in what float layers compute in.</summary>
    internal string Decoded(ScriptValue x) => Of(x.Name) is { } value
        ? arithmetic.FromFloat($"torch.dequantize(torch._make_per_tensor_quantized_tensor({x.Variable}, {Text(value)}))")
        : x.Variable;

    /// <summary>Packed weight, scales and zero points of a layer, as its operator takes them, and the bias; <paramref name="pack"/> is given the texts for stored codes and scales.</summary>
    internal (string Weight, string Bias) Weights(string path, IReadOnlyList<long> shape, Int8Filter filter, Func<string, string, string> pack)
    {
        var bias = module.Tensor($"{path}.bias", [shape[0]], () => filter.Bias);
        var scales = module.Tensor($"{path}.scales", [shape[0]], () => filter.Scales);
        var zeros = module.Tensor($"{path}.zeros", [shape[0]], () => new long[shape[0]], ScriptType.Int64);
        var weight = module.PackedTensor($"{path}.weight", shape, () => filter.Codes, ScriptType.Int8, stored => pack(stored, scales));
        return ($"{weight}, {scales}, {zeros}", bias);
    }

    /// <summary>Scale, zero point and type of a result: codes where <paramref name="value"/> says how, else floats.</summary>
    internal string Result(Int8Value? value) => value is { } coded ? $"{Text(coded)}, {(int)ScriptType.UInt8}" : $"1., 0, {(int)arithmetic.Type}";

    internal static string Text(Int8Value value) => string.Create(CultureInfo.InvariantCulture, $"{(double)value.Scale:E17}, {value.ZeroPoint}");
}
