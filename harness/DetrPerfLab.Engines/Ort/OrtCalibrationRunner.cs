using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using DetrPerfLab.Onnx.Proto;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DetrPerfLab.Engines;

/// <summary>Runs models with intermediate values as outputs, through ONNX Runtime on the CPU; with 0 threads it chooses their number.</summary>
public sealed class OrtCalibrationRunner(int threads = 0) : ICalibrationRunner
{
    public IReadOnlyDictionary<string, IReadOnlyList<long>> Shapes(ModelProto model, IReadOnlyList<string> values, TensorSet inputs)
    {
        // The shapes leave the runtime, not the values: those may take gigabytes together.
        var probe = model.Clone();
        probe.Graph.Output.Clear();
        foreach (var value in values)
        {
            probe.Graph.Node.Add(new NodeProto { OpType = "Shape", Name = value + "/shape", Input = { value }, Output = { value + "/shape" } });
            probe.Graph.Output.Add(new ValueInfoProto { Name = value + "/shape" });
        }

        var shapes = new ConcurrentDictionary<string, IReadOnlyList<long>>(StringComparer.Ordinal);
        using var session = new Session(probe, [.. values.Select(v => v + "/shape")], threads);
        session.Run(inputs, (name, dims) => shapes[name[..^"/shape".Length]] = [.. dims.ToArray().Select(d => (long)d)]);
        return shapes;
    }

    public ICalibrationSession Open(ModelProto model, IReadOnlyList<string> values)
    {
        var extended = model.Clone();
        var outputs = model.Graph.Output.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        // Without a type: ONNX Runtime infers it.
        extended.Graph.Output.AddRange(values.Where(v => !outputs.Contains(v)).Select(v => new ValueInfoProto { Name = v }));
        return new Session(extended, values, threads);
    }

    static LabException DoesNotRun(string found, Exception? inner = null) => LabError.BadInput(
        $"ONNX Runtime does not run the model: {found.TrimEnd('.')}. Needed: a model that it loads and inputs that fit. Check it with 'detrlab detect --model FILE'.", inner);

    sealed class Session(ModelProto model, IReadOnlyList<string> values, int threads) : ICalibrationSession
    {
        // Values are fetched once and freed: an arena would keep the largest pass.
        readonly InferenceSession _session = OrtSession.Open(model, new() { IntraOpThreads = threads, Arena = false }, DoesNotRun);
        readonly RunOptions _options = new();

        public void Run(TensorSet inputs, TensorVisitor visit)
        {
            var bound = new Dictionary<string, OrtValue>(StringComparer.Ordinal);
            try
            {
                foreach (var name in _session.InputNames)
                {
                    bound[name] = Give(inputs.Find(name) ?? throw DoesNotRun($"it takes an input '{name}', which the calibration data lack"), _session.InputMetadata[name].ElementDataType);
                }

                using var results = _session.Run(_options, bound, values);
                GC.KeepAlive(inputs);
                Parallel.For(0, results.Count, i => Show(values[i], results[i], visit));
            }
            catch (AggregateException e) when (e.InnerException is LabException mistake)
            {
                ExceptionDispatchInfo.Throw(mistake);
            }
            catch (OnnxRuntimeException e)
            {
                throw DoesNotRun(OrtSession.Clean(e.Message), e);
            }
            finally
            {
                foreach (var value in bound.Values) { value.Dispose(); }
            }
        }

        // Files give float32 and int64 only; a model may take narrower ones.
        static OrtValue Give(HostTensor tensor, TensorElementType type) => type switch
        {
            TensorElementType.Float16 when tensor.Type == ElementType.Float32 => As(tensor.Floats, v => (Float16)v, tensor),
            TensorElementType.Double when tensor.Type == ElementType.Float32 => As(tensor.Floats, v => (double)v, tensor),
            TensorElementType.Int32 when tensor.Type == ElementType.Int64 => As(tensor.Longs, v => checked((int)v), tensor),
            TensorElementType.UInt8 when tensor.Type == ElementType.Int64 => As(tensor.Longs, v => checked((byte)v), tensor),
            TensorElementType.Int8 when tensor.Type == ElementType.Int64 => As(tensor.Longs, v => checked((sbyte)v), tensor),
            TensorElementType.Bool when tensor.Type == ElementType.Int64 => As(tensor.Longs, v => v != 0, tensor),
            _ => OrtSession.Wrap(tensor),
        };

        static OrtValue As<TFrom, TTo>(ReadOnlySpan<TFrom> values, Func<TFrom, TTo> convert, HostTensor tensor) where TTo : unmanaged
        {
            var converted = new TTo[values.Length];
            try
            {
                for (var i = 0; i < converted.Length; i++) { converted[i] = convert(values[i]); }
            }
            catch (OverflowException e)
            {
                throw DoesNotRun($"its input '{tensor.Name}' is narrower than a value of the calibration data", e);
            }

            return OrtValue.CreateTensorValueFromMemory(converted, tensor.Shape.ToArray());
        }

        static void Show(string name, OrtValue value, TensorVisitor visit)
        {
            switch (value.GetTensorTypeAndShape().ElementDataType)
            {
                case TensorElementType.Float: visit(name, value.GetTensorDataAsSpan<float>()); break;
                case TensorElementType.Float16: visit(name, [.. value.GetTensorDataAsSpan<Float16>().ToArray().Select(v => (float)v)]); break;
                case TensorElementType.Int64: visit(name, [.. value.GetTensorDataAsSpan<long>().ToArray().Select(v => (float)v)]); break;
                case var type: throw DoesNotRun($"its value '{name}' has element type {type}, which has no range");
            }
        }

        public void Dispose()
        {
            _options.Dispose();
            _session.Dispose();
        }
    }
}
