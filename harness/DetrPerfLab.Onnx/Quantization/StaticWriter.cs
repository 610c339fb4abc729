using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DetrPerfLab.Onnx;

/// <summary>Puts QuantizeLinear and DequantizeLinear about the chosen nodes.</summary>
sealed class StaticWriter(GraphEditor editor, StaticSelection selection, StaticOptions options, IReadOnlyDictionary<string, TensorRange> ranges)
{
    internal const string Real = ".real"; // behind the name of what codes stand for

    readonly GraphIndex _source = editor.Index;
    readonly Dictionary<string, QuantizationParameters> _parameters = new(StringComparer.Ordinal);
    readonly Dictionary<QuantizationParameters, (string Scale, string ZeroPoint)> _constants = [];
    readonly Dictionary<string, string> _weights = new(StringComparer.Ordinal);

    internal void Write()
    {
        foreach (var unit in selection.Units) { ChooseParameters(unit); }
        foreach (var unit in selection.Units) { WriteConstants(unit); }
        var made = selection.Units.SelectMany(u => u.Outputs.Where(selection.IsQuantizedOutput).Select(o => (u, o))).ToDictionary(p => p.o, p => p.u, StringComparer.Ordinal);
        foreach (var (value, unit) in made) { QuantizeOutput(unit.Clip ?? unit.Node, value); }
        var entering = selection.Units.SelectMany(u => u.Activations).Distinct(StringComparer.Ordinal).Where(v => !made.ContainsKey(v));
        foreach (var value in entering.ToList()) { QuantizeInput(value); }
    }

    // --- parameters

    void ChooseParameters(StaticUnit unit)
    {
        foreach (var input in unit.Activations.Where(i => !_parameters.ContainsKey(i))) { _parameters[input] = Parameters(input, null); }
        foreach (var output in unit.Outputs.Where(selection.IsQuantizedOutput))
        {
            _parameters[output] = unit.Kind == StaticKind.PassThrough ? _parameters[unit.Node.Input[0]] : Parameters(output, unit.Clip);
        }
    }

    QuantizationParameters Parameters(string value, NodeProto? clip)
    {
        if (!ranges.TryGetValue(value, out var range)) { throw LabError.Calibration($"activation '{value}' has no range", "one for each of TensorsToCalibrate", "Calibrate again."); }
        if (options.ForTensorRt) { return QuantizationParameters.Symmetric(range, QuantizedType.Int8); }
        // Behind ReLU the smallest code must be the zero point: the node vanishes then.
        var oneSided = clip is not null && range.Min >= 0;
        if (options.SymmetricActivations && !oneSided) { return QuantizationParameters.Symmetric(range, options.ActivationType); }
        var parameters = QuantizationParameters.Asymmetric(range, options.ActivationType);
        return clip is { OpType: "Clip" } ? InsideClip(parameters, clip) : parameters;
    }

    /// <summary>Moves the ends of the codes to lie inside the clip, the lower one on its end: saturation then is the clip, and ONNX Runtime drops the node.</summary>
    QuantizationParameters InsideClip(QuantizationParameters p, NodeProto clip)
    {
        float Limit(int input, float otherwise) => clip.Has(input) ? _source.Constant(clip.Input[input])!.ToFloats()[0] : otherwise;
        var (min, max) = (Limit(1, float.NegativeInfinity), Limit(2, float.PositiveInfinity));
        var scale = p.Scale;
        var below = p.ZeroPoint - p.MinCode;
        if (min < 0 && below * scale > -min)
        {
            // Fewer, larger steps below 0, so that the range above stays whole.
            below = (int)Math.Floor(-min / scale);
            if (below > 0) { scale = -min / below; }
        }

        while (below > 0 && (-below * scale < min)) { scale = MathF.BitDecrement(scale); }
        while ((255 - below) * scale > max && max > 0) { scale = MathF.BitDecrement(scale); }
        return p with { Scale = scale, ZeroPoint = p.MinCode + below };
    }

    // --- constants

    void WriteConstants(StaticUnit unit)
    {
        var node = unit.Node;
        switch (unit.Kind)
        {
            case StaticKind.Weighted when node.OpType == "Conv": WriteConv(node); break;
            case StaticKind.Weighted: WriteLinear(node); break;
            case StaticKind.Binary or StaticKind.Concat:
                for (var i = 0; i < node.Input.Count; i++)
                {
                    if (_source.Constant(node.Input[i]) is { } constant) { node.Input[i] = QuantizedConstant(constant); }
                }

                break;
        }
    }

    void WriteConv(NodeProto node)
    {
        var weight = _source.Constant(node.Input[1])!;
        var bias = node.Has(2) && !options.ForTensorRt ? _source.Constant(node.Input[2])!.ToFloats() : []; // TensorRT's stays as it is
        var inputScale = _parameters[node.Input[0]].Scale;
        (node.Input[1], var scales) = Weight(weight.Name, weight.ToFloats(), [.. weight.Dims], axis: 0, bias, inputScale);
        if (bias.Length > 0) { node.Input[2] = Bias(node.Input[2], bias, inputScale, scales); }
    }

    void WriteLinear(NodeProto node)
    {
        var layer = LinearLayer.Read(_source, node, out _)!;
        var inputScale = _parameters[node.Input[0]].Scale;
        // A MatMul's bias stays a node of its own; a Gemm has it inside.
        var bias = node.OpType == "Gemm" ? layer.Bias ?? [] : [];
        (node.Input[1], var scales) = Weight(layer.WeightName, layer.Weight, [layer.Rows, layer.Columns], axis: 1, options.ForTensorRt ? [] : bias, inputScale);
        if (node.OpType != "Gemm") { return; }
        // QGemm asks for the attributes by name, present or not.
        node.Set("alpha", 1f).Set("beta", 1f).Set("transA", 0).Set("transB", 0);
        while (node.Input.Count > 2) { node.Input.RemoveAt(2); }
        if (bias.Length == 0) { return; }
        node.Input.Add(options.ForTensorRt ? editor.AddConstant<float>(node.Name + ".bias", [bias.Length], bias) : Bias(node.Name + ".bias", bias, inputScale, scales));
    }

    (string Value, float[] Scales) Weight(string name, float[] values, long[] dims, int axis, float[] bias, float inputScale)
    {
        int? scaled = options.PerChannel ? axis : null;
        var (codes, scales) = WeightQuantizer.Quantize(values, dims, scaled, options.ReduceRange, bias, inputScale);
        // Nodes that share a weight share its codes, unless a bias made their scales differ.
        var key = $"{name}/{axis}/{Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(scales.AsSpan())))}";
        if (!_weights.TryGetValue(key, out var value))
        {
            var constant = editor.AddConstant<sbyte>(name + ".int8", dims, codes);
            // ONNX Runtime fuses Gemm only where the zero points are written out.
            ReadOnlySpan<long> zeroDims = scaled is null ? [] : [scales.Length];
            var zeros = editor.AddConstant<sbyte>(name + ".zero_point", zeroDims, new sbyte[scales.Length]);
            _weights[key] = value = Dequantize(name, constant, scales, zeros, scaled);
        }

        return (value, scales);
    }

    string Bias(string name, float[] bias, float inputScale, float[] weightScales)
    {
        var (codes, scales) = WeightQuantizer.QuantizeBias(bias, inputScale, weightScales);
        return Dequantize(name, editor.AddConstant<int>(name + ".int32", [codes.Length], codes), scales, null, scales.Length > 1 ? 0 : null);
    }

    string Dequantize(string name, string codes, float[] scales, string? zeros, int? axis)
    {
        ReadOnlySpan<long> dims = axis is null ? [] : [scales.Length];
        var scale = editor.AddConstant<float>(name + ".scale", dims, scales);
        var node = editor.AddNode("DequantizeLinear", name + ".dequantize", zeros is null ? [codes, scale] : [codes, scale, zeros], name + Real);
        if (axis is { } a) { node.Set("axis", a); }
        return node.Output[0];
    }

    string QuantizedConstant(TensorProto constant)
    {
        if (_weights.TryGetValue(constant.Name, out var known)) { return known; }
        var values = constant.ToFloats();
        var range = new TensorRange(values.Min(), values.Max());
        var parameters = options.ForTensorRt ? QuantizationParameters.Symmetric(range, QuantizedType.Int8) : QuantizationParameters.Asymmetric(range, options.ActivationType);
        var suffix = parameters.Type == QuantizedType.UInt8 ? ".uint8" : ".int8";
        var codes = Codes(constant.Name + suffix, [.. constant.Dims], parameters.Type, values.Select(parameters.Quantize));
        var (scale, zeroPoint) = Constants(constant.Name, parameters);
        return _weights[constant.Name] = editor.AddNode("DequantizeLinear", constant.Name + ".dequantize", [codes, scale, zeroPoint], constant.Name + Real).Output[0];
    }

    // --- activations

    // The dequantised value takes the old name: whoever read the value, a subgraph or the caller included, reads that.
    void QuantizeOutput(NodeProto node, string value)
    {
        var real = editor.RenameOutput(node, node.Output.IndexOf(value), value + ".float");
        Pair(value, real).Output[0] = value;
    }

    void QuantizeInput(string value)
    {
        var readers = selection.Units.Where(u => u.Activations.Contains(value)).Select(u => u.Node);
        editor.Redirect(readers, value, Pair(value, value).Output[0]);
    }

    NodeProto Pair(string name, string value)
    {
        var (scale, zeroPoint) = Constants(name, _parameters[name]);
        var quantize = editor.AddNode("QuantizeLinear", name + ".quantize", [value, scale, zeroPoint], name + ".code");
        return editor.AddNode("DequantizeLinear", name + ".dequantize", [quantize.Output[0], scale, zeroPoint], name + Real);
    }

    // Equal parameters share constants: ONNX Runtime compares values, but the file is smaller.
    (string Scale, string ZeroPoint) Constants(string name, QuantizationParameters p)
    {
        if (_constants.TryGetValue(p, out var known)) { return known; }
        var scale = editor.AddConstant<float>(name + ".scale", [], [p.Scale]);
        return _constants[p] = (scale, Codes(name + ".zero_point", [], p.Type, [p.ZeroPoint]));
    }

    string Codes(string name, ReadOnlySpan<long> dims, QuantizedType type, IEnumerable<int> codes) => type == QuantizedType.UInt8
        ? editor.AddConstant<byte>(name, dims, [.. codes.Select(c => (byte)c)])
        : editor.AddConstant<sbyte>(name, dims, [.. codes.Select(c => (sbyte)c)]);
}
