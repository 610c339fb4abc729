using Microsoft.ML.OnnxRuntime;

namespace DetrPerfLab.Engines;

/// <summary>Runs an ONNX model with ONNX Runtime, reading and writing the caller's tensors in place.</summary>
/// <remarks>
/// A pair of tensor sets is bound once and recognised by reference; further runs allocate no managed memory. Tensors of the input set that the model
/// does not take are passed over, but for one: a <c>pixel_mask</c> with padding, which a model without that input would silently ignore, is refused.
/// </remarks>
public sealed class OrtEngine : IArenaEngine
{
    readonly string _path;
    readonly InferenceSession _session;
    readonly RunOptions _run;
    readonly List<OrtBinding> _bindings = [];
    readonly int _maxBindings;
    readonly bool _takesMask;
    readonly bool _onGpu;
    OrtBinding? _latest;

    /// <summary>Opens an ONNX file; inputs and outputs of other types than float32 and int64 are converted at each run.</summary>
    /// <exception cref="LabException">The file is missing, damaged or not supported (bad input), or the library is missing.</exception>
    public OrtEngine(string modelPath)
        : this(modelPath, new())
    {
    }

    /// <summary>The same with options, for which a device may be missing too; <paramref name="variant"/> is the name in results.</summary>
    internal OrtEngine(string modelPath, OrtEngineOptions options, string? variant = null)
    {
        _path = modelPath;
        _maxBindings = options.Bindings;
        _onGpu = options.Device != OrtDevice.Cpu;
        _session = OrtSession.Open(modelPath, options);
        _run = new RunOptions(); // after the session: a missing library is reported there
        try
        {
            Inputs = OrtSession.Specs(modelPath, _session.InputNames, _session.InputMetadata);
            Outputs = OrtSession.Specs(modelPath, _session.OutputNames, _session.OutputMetadata);
        }
        catch
        {
            Dispose();
            throw;
        }

        _takesMask = Inputs.Any(i => i.Name == "pixel_mask");
        var name = variant ?? (_onGpu ? $"ort-{options.Device.ToString().ToLowerInvariant()}" : "ort");
        Info = new EngineInfo(name, "ONNX Runtime", OrtSession.Version(), options.Describe());
    }

    public EngineInfo Info { get; }
    public IReadOnlyList<TensorSpec> Inputs { get; } = [];
    public IReadOnlyList<TensorSpec> Outputs { get; } = [];

    public void Run(TensorSet inputs, TensorSet outputs)
    {
        if (!_takesMask && inputs.Find("pixel_mask") is { } mask && mask.Longs.ContainsAnyExcept(1L))
        {
            throw LabError.BadInput($"The batch is padded (pixel_mask holds zeros), but '{_path}' takes no pixel_mask and would see the padding as image. "
                + "Export the model with pixel_mask, or give images of one size.");
        }

        var binding = _latest = Bind(inputs, outputs);
        try
        {
            binding.Upload();
            _session.RunWithBinding(_run, binding.Native);
            binding.Download();
        }
        catch (OnnxRuntimeException e)
        {
            throw RunFailed(inputs, e);
        }
    }

    // Where an output's length follows from no input's, the model is run once to learn it.
    public TensorSet AllocateOutputs(TensorSet inputs)
    {
        var known = Inputs.SelectMany(i => i.Dimensions).Select(d => d.Symbol).ToHashSet();
        if (Outputs.SelectMany(o => o.Dimensions).All(d => d.IsFixed || known.Contains(d.Symbol))) { return TensorSet.AllocateOutputs(Inputs, inputs, Outputs); }

        using var binding = new OrtBinding(_session, this, inputs, outputs: null, onGpu: false);
        try
        {
            binding.Upload();
            using var results = _session.RunWithBoundResults(_run, binding.Native);
            return new TensorSet([.. Outputs.Select((spec, i) => new HostTensor(spec.Name, spec.Type, results[i].GetTensorTypeAndShape().Shape))]);
        }
        catch (OnnxRuntimeException e)
        {
            throw RunFailed(inputs, e);
        }
    }

    /// <summary>Ends profiling and writes the file, which it names; null where <see cref="OrtEngineOptions.ProfilePrefix"/> was not set.</summary>
    internal string? EndProfiling() => _session.EndProfiling() is { Length: > 0 } path ? path : null;

    // On the processor Run blocks. On a GPU it has waited for the outputs; this waits for whatever else the GPU was given.
    public void Synchronize()
    {
        if (_onGpu) { CudaRuntime.Synchronize(); }
    }

    public GpuInfo? ReadGpu() => !_onGpu ? null
        : NvidiaSmi.Read(CudaRuntime.BusId()) with { ToDevice = _latest?.Device?.ToDeviceCopies ?? default, ToHost = _latest?.Device?.ToHostCopies ?? default };

    // Of this session's arena on the CPU, on a GPU too.
    public ArenaInfo ReadArena() => OrtArena.Read(_session);

    public long? ReadMappedWeightsBytes() => MappedWeights.ResidentBytes(_path);

    public void Dispose()
    {
        foreach (var binding in _bindings) { binding.Dispose(); }
        _bindings.Clear();
        _run.Dispose();
        _session.Dispose();
    }

    LabException RunFailed(TensorSet inputs, OnnxRuntimeException e) => LabError.BadInput(
        $"'{_path}' failed on {string.Join("; ", inputs)}: {OrtSession.Clean(e.Message)} Check that the model takes inputs of these shapes.", e);

    OrtBinding Bind(TensorSet inputs, TensorSet outputs)
    {
        foreach (var bound in _bindings)
        {
            if (ReferenceEquals(bound.Inputs, inputs) && ReferenceEquals(bound.Outputs, outputs)) { return bound; }
        }

        var binding = new OrtBinding(_session, this, inputs, outputs, _onGpu);
        if (_bindings.Count == _maxBindings)
        {
            _bindings[0].Dispose();
            _bindings.RemoveAt(0);
        }

        _bindings.Add(binding);
        return binding;
    }
}
