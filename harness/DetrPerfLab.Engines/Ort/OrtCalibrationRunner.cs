using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using DetrPerfLab.Onnx.Proto;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DetrPerfLab.Engines;

/// <summary>Runs models with intermediate values as outputs, through ONNX Runtime on the CPU.</summary>
/// <param name="threads">Threads inside one operator; 0 leaves the choice to ONNX Runtime.</param>
public sealed class OrtCalibrationRunner(int threads = 0) : ICalibrationRunner
{
    /// <inheritdoc/>
    public IReadOnlyDictionary<string, long> CountElements(ModelProto model, IReadOnlyList<string> values, TensorSet inputs) =>
        Shapes(model, values, inputs).ToDictionary(s => s.Key, s => s.Value.Aggregate(1L, (a, b) => a * b), StringComparer.Ordinal);

    /// <summary>Shapes of values for the given inputs, found by running the model once.</summary>
    /// <param name="model">Any model.</param>
    /// <param name="values">Tensors of the main graph.</param>
    /// <param name="inputs">One tensor for each input of the model.</param>
    /// <exception cref="LabException">The model does not run on these inputs.</exception>
    public IReadOnlyDictionary<string, IReadOnlyList<long>> Shapes(ModelProto model, IReadOnlyList<string> values, TensorSet inputs)
    {
        // The shapes leave the runtime, not the values: those may take gigabytes together.
        var probe = model.Clone();
        probe.Graph.Output.Clear();
        foreach (var value in values)
        {
            var shape = new NodeProto { OpType = "Shape", Name = value + "/shape" };
            shape.Input.Add(value);
            shape.Output.Add(value + "/shape");
            probe.Graph.Node.Add(shape);
            probe.Graph.Output.Add(new ValueInfoProto { Name = value + "/shape" });
        }

        var shapes = new ConcurrentDictionary<string, IReadOnlyList<long>>(StringComparer.Ordinal);
        using var session = new Session(probe, [.. values.Select(v => v + "/shape")], threads);
        session.Run(inputs, (name, dims) => shapes[name[..^"/shape".Length]] = [.. dims.ToArray().Select(d => (long)d)]);
        return shapes;
    }

    /// <inheritdoc/>
    public ICalibrationSession Open(ModelProto model, IReadOnlyList<string> values)
    {
        var extended = model.Clone();
        var outputs = model.Graph.Output.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        // Without a type: ONNX Runtime infers it.
        extended.Graph.Output.AddRange(values.Where(v => !outputs.Contains(v)).Select(v => new ValueInfoProto { Name = v }));
        return new Session(extended, values, threads);
    }

    sealed class Session : ICalibrationSession
    {
        readonly InferenceSession _session;
        readonly IReadOnlyList<string> _values;
        readonly RunOptions _options = new();

        internal Session(ModelProto model, IReadOnlyList<string> values, int threads)
        {
            _values = values;
            using var options = new SessionOptions { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            // Values are fetched once and freed: an arena would keep the largest pass.
            options.EnableCpuMemArena = false;
            try
            {
                _session = new InferenceSession(model.ToByteArray(), options);
            }
            catch (OnnxRuntimeException e)
            {
                throw DoesNotRun(e.Message, e);
            }
        }

        public void Run(TensorSet inputs, TensorVisitor visit)
        {
            var bound = new Dictionary<string, OrtValue>(StringComparer.Ordinal);
            try
            {
                foreach (var name in _session.InputNames)
                {
                    bound[name] = Bind(inputs.Find(name) ?? throw DoesNotRun($"it takes an input '{name}', which the calibration data lack"));
                }

                using var results = _session.Run(_options, bound, _values);
                Parallel.For(0, results.Count, i => Show(_values[i], results[i], visit));
            }
            catch (AggregateException e) when (e.InnerException is LabException mistake)
            {
                ExceptionDispatchInfo.Throw(mistake);
            }
            catch (OnnxRuntimeException e)
            {
                throw DoesNotRun(e.Message, e);
            }
            finally
            {
                foreach (var value in bound.Values) { value.Dispose(); }
            }
        }

        static LabException DoesNotRun(string found, Exception? inner = null) => LabError.BadInput(
            $"ONNX Runtime does not run the model: {found.TrimEnd('.')}. Needed: a model that it loads and inputs that fit. Check it with 'detrlab detect --model FILE'.", inner);

        static OrtValue Bind(HostTensor tensor) => tensor.Type == ElementType.Float32
            ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, tensor.FloatMemory, tensor.Shape.ToArray())
            : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, tensor.LongMemory, tensor.Shape.ToArray());

        static void Show(string name, OrtValue value, TensorVisitor visit)
        {
            switch (value.GetTensorTypeAndShape().ElementDataType)
            {
                case TensorElementType.Float: visit(name, value.GetTensorDataAsSpan<float>()); break;
                case TensorElementType.Float16: visit(name, Converted(value.GetTensorDataAsSpan<Float16>(), v => (float)v)); break;
                case TensorElementType.Int64: visit(name, Converted(value.GetTensorDataAsSpan<long>(), v => v)); break;
                case var type: throw DoesNotRun($"its value '{name}' has element type {type}, which has no range");
            }
        }

        static float[] Converted<T>(ReadOnlySpan<T> values, Func<T, float> convert) where T : unmanaged
        {
            var floats = new float[values.Length];
            for (var i = 0; i < floats.Length; i++) { floats[i] = convert(values[i]); }
            return floats;
        }

        public void Dispose()
        {
            _options.Dispose();
            _session.Dispose();
        }
    }
}
