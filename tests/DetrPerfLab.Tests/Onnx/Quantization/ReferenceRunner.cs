using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Tests.Onnx;

/// <summary>Calibrates through the reference runtime, so that static quantisation is tested without native code.</summary>
sealed class ReferenceRunner : ICalibrationRunner
{
    public List<IReadOnlyList<string>> Opened { get; } = [];

    public IReadOnlyDictionary<string, IReadOnlyList<long>> Shapes(ModelProto model, IReadOnlyList<string> values, TensorSet inputs)
    {
        var all = Run(model, inputs);
        return values.ToDictionary(v => v, v => (IReadOnlyList<long>)all[v].Shape);
    }

    public ICalibrationSession Open(ModelProto model, IReadOnlyList<string> values)
    {
        Opened.Add(values);
        return new Session(model, values);
    }

    static Dictionary<string, ReferenceRuntime.Tensor> Run(ModelProto model, TensorSet inputs) =>
        ReferenceRuntime.Run(model, [.. inputs.Select(t => (t.Name, new ReferenceRuntime.Tensor(t.Shape.ToArray(), [.. t.Floats.ToArray().Select(v => (double)v)])))]);

    sealed class Session(ModelProto model, IReadOnlyList<string> values) : ICalibrationSession
    {
        public void Run(TensorSet inputs, TensorVisitor visit)
        {
            var all = ReferenceRunner.Run(model, inputs);
            foreach (var value in values) { visit(value, [.. all[value].Data.Select(v => (float)v)]); }
        }

        public void Dispose()
        {
        }
    }
}
