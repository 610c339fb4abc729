namespace DetrPerfLab.Onnx;

/// <summary>Builds an ONNX graph node by node. A value has the name of its node, which tells the module; each method gives that name.</summary>
/// <remarks>Nothing depends on time, order of hashing or the machine: the same calls give the same bytes.</remarks>
sealed partial class GraphBuilder(string graphName, int opset)
{
    readonly GraphProto _graph = new() { Name = graphName };
    readonly HashSet<string> _nodes = new(StringComparer.Ordinal);
    readonly HashSet<string> _values = new(StringComparer.Ordinal);
    string _module = "";

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

    /// <summary>Adds a weight of the current module, row-major.</summary>
    internal string Weight<T>(string name, ReadOnlySpan<long> dims, ReadOnlySpan<T> values) where T : unmanaged =>
        AddInitializer(OnnxTensors.Create(Define(Qualify(name)), dims, values));

    /// <summary>A tensor of the checkpoint as a weight of the current module.</summary>
    internal string Weight(string name, WeightTensor tensor) => Weight<float>(name, [.. tensor.Shape], tensor.Data);

    /// <summary>A small constant that nodes of any module share: a vector of integers, for shapes, axes and indices.</summary>
    internal string Constant(params ReadOnlySpan<long> values) => Shared(string.Join(',', values.ToArray()), [values.Length], values);

    /// <summary>A shared scalar.</summary>
    internal string Scalar(long value) => Shared($"{value}", [], [value]);

    internal string Scalar(float value) => Shared($"{value:R}", [], [value]);

    /// <summary>Adds a node with one output.</summary>
    /// <param name="opType">A standard operator.</param>
    /// <param name="name">Within the module; empty for the module itself.</param>
    /// <param name="inputs">Names of values; an empty one is an optional input left out.</param>
    /// <param name="attributes">Sets the node's attributes.</param>
    /// <param name="output">Name of the value made, where it is not the node's name.</param>
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

    internal ModelProto Build()
    {
        // IR version 8 goes with operator set 17: the oldest that has all that is used, which the most readers accept.
        var model = new ModelProto { IrVersion = 8, ProducerName = "DetrPerfLab", Graph = _graph };
        model.SetOpset(opset);
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

    /// <summary>Leaves the module when disposed.</summary>
    internal readonly ref struct ModuleScope(GraphBuilder builder, string outer)
    {
        public void Dispose() => builder._module = outer;
    }
}
