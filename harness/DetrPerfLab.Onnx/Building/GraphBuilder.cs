namespace DetrPerfLab.Onnx;

/// <summary>Builds an ONNX graph node by node. A value has the name of its node, which tells the module; each method gives that name.</summary>
/// <remarks>Nothing depends on time, order of hashing or the machine: the same calls give the same bytes.</remarks>
sealed class GraphBuilder(string graphName, int opset)
{
    readonly GraphProto _graph = new() { Name = graphName };
    readonly HashSet<string> _nodes = new(StringComparer.Ordinal);
    readonly HashSet<string> _values = new(StringComparer.Ordinal);
    string _module = "";
    bool _hasOrtNodes;

    /// <summary>Until it is disposed, names are given below this module: <c>backbone</c>, then <c>layer1</c>, make <c>backbone.layer1.*</c>.</summary>
    internal ModuleScope Module(string name)
    {
        var outer = _module;
        _module = Qualify(name);
        return new ModuleScope(this, outer);
    }

    internal string Input(string name, DataType type, params IReadOnlyList<Dimension> shape)
    {
        _graph.Input.Add(OnnxValues.Create(Define(name), type, shape));
        return name;
    }

    /// <summary>Declares a value, which a node has or will have, as an output of the model.</summary>
    internal void Output(string name, DataType type, params IReadOnlyList<Dimension> shape) => _graph.Output.Add(OnnxValues.Create(name, type, shape));

    internal string Weight<T>(string name, ReadOnlySpan<long> dims, ReadOnlySpan<T> values) where T : unmanaged =>
        AddInitializer(OnnxTensors.Create(Define(Qualify(name)), dims, values));

    internal string Weight(string name, WeightTensor tensor) => Weight<float>(name, [.. tensor.Shape], tensor.Data);

    /// <summary>A small constant that nodes of any module share: a vector of integers, for shapes, axes and indices.</summary>
    internal string Constant(params ReadOnlySpan<long> values) => Shared(string.Join(',', values.ToArray()), [values.Length], values);

    internal string Scalar(long value) => Shared($"{value}", [], [value]);

    internal string Scalar(float value) => Shared($"{value:R}", [], [value]);

    /// <summary>Adds a node with one output, named as the node where <paramref name="output"/> is null.</summary>
    /// <remarks>An empty name is the module's own; an empty input is an optional one left out.</remarks>
    internal string Node(string opType, string name, ReadOnlySpan<string> inputs, Action<NodeProto>? attributes = null, string? output = null)
    {
        var node = new NodeProto { Name = Qualify(name), OpType = opType };
        if (!_nodes.Add(node.Name)) { throw new InvalidOperationException($"Two nodes are named '{node.Name}'."); }
        foreach (var input in inputs)
        {
            if (input.Length > 0 && !_values.Contains(input)) { throw new InvalidOperationException($"Node '{node.Name}' reads '{input}', which nothing makes."); }
            node.Input.Add(input);
        }

        node.Output.Add(Define(output ?? node.Name));
        attributes?.Invoke(node);
        _graph.Node.Add(node);
        return node.Output[0];
    }

    /// <summary>Adds a node of one of ONNX Runtime's own operators, which other runtimes do not have.</summary>
    internal string OrtNode(string opType, string name, ReadOnlySpan<string> inputs, Action<NodeProto> attributes)
    {
        _hasOrtNodes = true;
        return Node(opType, name, inputs, n =>
        {
            n.Domain = OnnxModels.OrtDomain;
            attributes(n);
        });
    }

    /// <summary>Convolution with its bias. <paramref name="x"/> [N,C,H,W], weight [M,C,k,k].</summary>
    internal string Conv(string name, string x, string weight, string bias, int kernel, int stride = 1, int padding = 0, int dilation = 1) =>
        Node("Conv", name, [x, weight, bias], n => n
            .Set("dilations", dilation, dilation).Set("group", 1).Set("kernel_shape", kernel, kernel)
            .Set("pads", padding, padding, padding, padding).Set("strides", stride, stride));

    /// <summary>Over the last axis.</summary>
    internal string Softmax(string name, string x) => Node("Softmax", name, [x], n => n.Set("axis", -1));

    /// <summary>-1 stands for the rest, 0 for the length that the axis has.</summary>
    internal string Reshape(string name, string x, params ReadOnlySpan<long> shape) => Node("Reshape", name, [x, Constant(shape)]);

    internal string Transpose(string name, string x, params long[] permutation) => Node("Transpose", name, [x], n => n.Set("perm", permutation));

    internal string Concat(string name, long axis, params ReadOnlySpan<string> inputs) => Node("Concat", name, inputs, n => n.Set("axis", axis));

    internal string Gather(string name, string x, string indices, long axis) => Node("Gather", name, [x, indices], n => n.Set("axis", axis));

    internal string Cast(string name, string x, DataType type) => Node("Cast", name, [x], n => n.Set("to", (long)type));

    /// <summary>Lengths of the axes from <paramref name="start"/> to before <paramref name="end"/>, int64.</summary>
    internal string Shape(string name, string x, long start, long end) => Node("Shape", name, [x], n => n.Set("start", start).Set("end", end));

    internal ModelProto Build()
    {
        // IR version 8 goes with operator set 17: the oldest that has all that is used, which the most readers accept.
        var model = new ModelProto { IrVersion = 8, ProducerName = "DetrPerfLab", Graph = _graph };
        model.SetOpset(opset);
        if (_hasOrtNodes) { model.OpsetImport.Add(new OperatorSetIdProto { Domain = OnnxModels.OrtDomain, Version = 1 }); }
        return model;
    }

    string Shared<T>(string text, ReadOnlySpan<long> dims, ReadOnlySpan<T> values) where T : unmanaged
    {
        var name = $"constant.{OnnxTensors.TypeOf<T>().ToString().ToLowerInvariant()}{(dims.IsEmpty ? $".{text}" : $"[{text}]")}";
        return _values.Contains(name) ? name : AddInitializer(OnnxTensors.Create(Define(name), dims, values));
    }

    string AddInitializer(TensorProto tensor)
    {
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    string Qualify(string name) => _module.Length == 0 ? name : name.Length == 0 ? _module : $"{_module}.{name}";

    string Define(string value) => _values.Add(value) ? value : throw new InvalidOperationException($"Two values are named '{value}'.");

    internal readonly ref struct ModuleScope(GraphBuilder builder, string outer)
    {
        public void Dispose() => builder._module = outer;
    }
}
