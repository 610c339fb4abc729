namespace DetrPerfLab.Onnx;

/// <summary>Puts QuantizeLinear and DequantizeLinear about the chosen nodes.</summary>
sealed class StaticWriter(GraphEditor editor, StaticSelection selection, StaticOptions options, IReadOnlyDictionary<string, TensorRange> ranges)
{
    readonly GraphIndex _source = editor.Index;
    // Taken before inputs are replaced.
    readonly Dictionary<StaticUnit, List<string>> _activations = selection.Units.ToDictionary(
        u => u, u => u.Activations(editor.Index).ToList(), (IEqualityComparer<StaticUnit>)ReferenceEqualityComparer.Instance);
    readonly Dictionary<string, QuantizationParameters> _parameters = new(StringComparer.Ordinal);
    readonly Dictionary<QuantizationParameters, (string Scale, string ZeroPoint)> _constants = [];
    readonly Dictionary<string, string> _weights = new(StringComparer.Ordinal);

    internal List<string> Warnings { get; } = [];

    internal void Write()
    {
        foreach (var unit in selection.Units) { ChooseParameters(unit); }
        foreach (var unit in selection.Units) { WriteConstants(unit); }
        var made = selection.Units.SelectMany(u => u.Outputs.Where(selection.IsQuantizedOutput).Select(o => (u, o))).ToDictionary(p => p.o, p => p.u, StringComparer.Ordinal);
        foreach (var (value, unit) in made) { QuantizeOutput(unit.Clip ?? unit.Node, value); }
        var entering = selection.Units.SelectMany(u => _activations[u]).Distinct(StringComparer.Ordinal).Where(v => !made.ContainsKey(v));
        foreach (var value in entering.ToList()) { QuantizeInput(value); }
        editor.Changed();
    }

    // --- parameters

    void ChooseParameters(StaticUnit unit)
    {
        foreach (var input in _activations[unit].Where(i => !_parameters.ContainsKey(i))) { _parameters[input] = Parameters(input, null); }
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
        float Limit(int input, float otherwise) => clip.Input.Count > input && clip.Input[input].Length > 0 ? _source.Constant(clip.Input[input])!.ToFloats()[0] : otherwise;
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
        var bias = node.Input.Count > 2 && node.Input[2].Length > 0 ? _source.Constant(node.Input[2])!.ToFloats() : [];
        var inputScale = _parameters[node.Input[0]].Scale;
        if (options.ForTensorRt) { bias = []; } // stays as it is
        (node.Input[1], var scales) = Weight(weight.Name, weight.ToFloats(), [.. weight.Dims], axis: 0, bias, inputScale);
        if (bias.Length > 0) { node.Input[2] = Bias(node.Input[2], bias, inputScale, scales); }
    }

    void WriteLinear(NodeProto node)
    {
        var layer = LinearLayer.Read(_source, node, out _)!;
        var inputScale = _parameters[node.Input[0]].Scale;
        // A MatMul's bias stays a node of its own; a Gemm has it inside.
        var bias = node.OpType == "Gemm" ? layer.Bias ?? [] : [];
        (var weight, var scales) = Weight(layer.WeightName, layer.Weight, [layer.Rows, layer.Columns], axis: 1, options.ForTensorRt ? [] : bias, inputScale);
        node.Input[1] = weight;
        if (node.OpType != "Gemm") { return; }
        // QGemm asks for the attributes by name, present or not.
        node.Set("alpha", 1f).Set("beta", 1f).Set("transA", 0).Set("transB", 0);
        while (node.Input.Count > 2) { node.Input.RemoveAt(2); }
        if (bias.Length == 0) { return; }
        node.Input.Add(options.ForTensorRt ? editor.AddConstant<float>(node.Name + ".bias", [bias.Length], bias) : Bias(node.Name + ".bias", bias, inputScale, scales));
    }

    (string Value, float[] Scales) Weight(string name, float[] values, long[] dims, int axis, float[] bias, float inputScale)
    {
        var quantized = WeightQuantizer.Quantize(values, dims, options.PerChannel ? axis : null, options.ReduceRange, bias, inputScale);
        // Nodes that share a weight share its codes, unless a bias made their scales differ.
        var key = $"{name}/{axis}/{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(quantized.Scales.AsSpan())))}";
        if (!_weights.TryGetValue(key, out var value))
        {
            var codes = editor.AddConstant<sbyte>(name + ".int8", dims, quantized.Codes);
            // ONNX Runtime fuses Gemm only where the zero points are written out.
            ReadOnlySpan<long> zeroDims = options.PerChannel ? [quantized.Scales.Length] : [];
            var zeros = editor.AddConstant<sbyte>(name + ".zero_point", zeroDims, new sbyte[quantized.Scales.Length]);
            _weights[key] = value = Dequantize(name, codes, quantized.Scales, zeros, options.PerChannel ? axis : null);
        }

        return (value, quantized.Scales);
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
        var node = editor.AddNode("DequantizeLinear", name + ".dequantize", zeros is null ? [codes, scale] : [codes, scale, zeros], name + ".real");
        if (axis is { } a) { node.Set("axis", a); }
        return node.Output[0];
    }

    string QuantizedConstant(TensorProto constant)
    {
        if (_weights.TryGetValue(constant.Name, out var known)) { return known; }
        var values = constant.ToFloats();
        var range = new TensorRange(values.Min(), values.Max());
        var parameters = options.ForTensorRt ? QuantizationParameters.Symmetric(range, QuantizedType.Int8) : QuantizationParameters.Asymmetric(range, options.ActivationType);
        var codes = parameters.Type == QuantizedType.UInt8
            ? editor.AddConstant<byte>(constant.Name + ".uint8", [.. constant.Dims], [.. values.Select(v => (byte)parameters.Quantize(v))])
            : editor.AddConstant<sbyte>(constant.Name + ".int8", [.. constant.Dims], [.. values.Select(v => (sbyte)parameters.Quantize(v))]);
        var (scale, zeroPoint) = Constants(constant.Name, parameters);
        return _weights[constant.Name] = editor.AddNode("DequantizeLinear", constant.Name + ".dequantize", [codes, scale, zeroPoint], constant.Name + ".real").Output[0];
    }

    // --- activations

    // The dequantised value takes the old name: whoever read the value, a subgraph or the caller included, reads that.
    void QuantizeOutput(NodeProto node, string value)
    {
        var at = node.Output.IndexOf(value);
        var real = editor.RenameOutput(node, at, value + ".float");
        var pair = Pair(value, real);
        pair.Output[0] = value;
        editor.Changed();
    }

    void QuantizeInput(string value)
    {
        var readers = selection.Units.Where(u => _activations[u].Contains(value)).ToList();
        var quantized = Pair(value, value).Output[0];
        foreach (var unit in readers)
        {
            for (var i = 0; i < unit.Node.Input.Count; i++)
            {
                if (unit.Node.Input[i] == value) { unit.Node.Input[i] = quantized; }
            }
        }
    }

    NodeProto Pair(string name, string value)
    {
        var (scale, zeroPoint) = Constants(name, _parameters[name]);
        var quantize = editor.AddNode("QuantizeLinear", name + ".quantize", [value, scale, zeroPoint], name + ".code");
        return editor.AddNode("DequantizeLinear", name + ".dequantize", [quantize.Output[0], scale, zeroPoint], name + ".real");
    }

    // Equal parameters share constants: ONNX Runtime compares values, but the file is smaller.
    (string Scale, string ZeroPoint) Constants(string name, QuantizationParameters p)
    {
        if (_constants.TryGetValue(p, out var known)) { return known; }
        var scale = editor.AddConstant<float>(name + ".scale", [], [p.Scale]);
        var zeroPoint = p.Type == QuantizedType.UInt8
            ? editor.AddConstant<byte>(name + ".zero_point", [], [(byte)p.ZeroPoint])
            : editor.AddConstant<sbyte>(name + ".zero_point", [], [(sbyte)p.ZeroPoint]);
        return _constants[p] = (scale, zeroPoint);
    }
}
