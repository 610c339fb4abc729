using DetrPerfLab.Core;

namespace DetrPerfLab.Measure;

/// <summary>
/// An inference that is checked while it is timed, off the clock and at places that the engine cannot foresee: outputs are poisoned before and compared with
/// the reference after, and a fresh input is slipped in. Neither a wrong nor a caching engine can look fast.
/// </summary>
public sealed class AuditedOperation : IOperation
{
    readonly IInferenceEngine _engine;
    readonly TensorSet _inputs, _outputs, _reference;
    readonly AuditOptions _options;
    readonly DeterministicRandom _random;
    readonly List<AuditedRun> _done = [];
    readonly byte[][] _usualInputs;
    int _runs, _checkAt, _freshAt;
    byte[][]? _accepted;
    bool _checking, _fresh;

    /// <summary>Wraps an engine.</summary>
    /// <param name="engine">Not disposed here.</param>
    /// <param name="inputs">The usual inputs; changed for the length of a fresh run.</param>
    /// <param name="outputs">Filled by each run.</param>
    /// <param name="reference">Outputs of the reference for the usual inputs.</param>
    /// <param name="options">Tolerances and places.</param>
    public AuditedOperation(IInferenceEngine engine, TensorSet inputs, TensorSet outputs, TensorSet reference, AuditOptions? options = null)
    {
        (_engine, _inputs, _outputs, _reference, _options) = (engine, inputs, outputs, reference, options ?? new());
        _random = new(_options.Seed);
        _usualInputs = [.. inputs.Select(i => i.Bytes.ToArray())];
    }

    /// <summary>The latest run that was finished.</summary>
    public AuditedRun Last => _done[^1];

    /// <inheritdoc/>
    public void Prepare()
    {
        if (_runs % _options.Every == 0)
        {
            // The very first run is checked: all later ones are held against it.
            _checkAt = _runs == 0 ? 0 : _random.Next(_options.Every);
            _freshAt = (_checkAt + 1 + _random.Next(_options.Every - 1)) % _options.Every;
        }

        _checking = _runs % _options.Every == _checkAt;
        _fresh = _runs % _options.Every == _freshAt;
        _runs++;
        if (_fresh) { Freshen(); }
        if (_checking || _fresh) { Poison(); }
    }

    /// <inheritdoc/>
    public void Run()
    {
        try
        {
            _engine.Run(_inputs, _outputs);
        }
        catch when (_fresh)
        {
            Restore(); // other variants may share the inputs
            throw;
        }
    }

    /// <inheritdoc/>
    public void Synchronize() => _engine.Synchronize();

    /// <inheritdoc/>
    public void Finish(double ms)
    {
        var bitwiseEqual = _checking && Check();
        if (_fresh)
        {
            Restore();
            RequireWritten();
            if (HasAcceptedBits()) { throw LabError.AuditedOutputStale(_engine.Info.Variant); }
        }

        _done.Add(new(ms, _fresh, _checking, bitwiseEqual));
        (_checking, _fresh) = (false, false);
    }

    /// <summary>What was found so far.</summary>
    /// <exception cref="LabException">Fresh inputs took much longer than usual ones.</exception>
    public AuditInfo Conclude() => AuditedRun.Conclude(_engine.Info.Variant, _done, _options);

    /// <returns>Whether the outputs have the very bits of the first accepted ones.</returns>
    bool Check()
    {
        if (HasAcceptedBits()) { return true; }
        RequireWritten();
        foreach (var output in _outputs)
        {
            if (!_options.MaxAbs.TryGetValue(output.Name, out var most)) { continue; }
            var distance = OutputAgreement.Compare(output.Name, _reference[output.Name].Floats, output.Floats).MaxAbs;
            if (distance > most) { throw LabError.AuditedOutputWrong(_engine.Info.Variant, output.Name, distance, most); }
        }

        if (_accepted is not null) { return false; }
        _accepted = [.. _outputs.Select(o => o.Bytes.ToArray())];
        return true;
    }

    void Freshen()
    {
        foreach (var input in _inputs)
        {
            if (input.Type != ElementType.Float32) { continue; } // masks and sizes stay valid
            foreach (ref var value in input.Floats) { value += _options.FreshNoise * (float)((2 * _random.NextDouble()) - 1); }
        }
    }

    void Restore()
    {
        for (var i = 0; i < _inputs.Count; i++) { _usualInputs[i].CopyTo(_inputs[i].Bytes); }
    }

    /// <summary>Makes stale outputs unmistakable.</summary>
    void Poison()
    {
        foreach (var output in _outputs)
        {
            if (output.Type == ElementType.Float32) { output.Floats.Fill(float.NaN); }
            else { output.Longs.Fill(long.MinValue); }
        }
    }

    void RequireWritten()
    {
        foreach (var output in _outputs)
        {
            for (var i = 0; i < output.Count; i++)
            {
                if (output.Type == ElementType.Float32 ? !float.IsFinite(output.Floats[i]) : output.Longs[i] == long.MinValue)
                {
                    throw LabError.AuditedOutputNotWritten(_engine.Info.Variant, output.Name, i);
                }
            }
        }
    }

    bool HasAcceptedBits()
    {
        for (var i = 0; i < _outputs.Count; i++)
        {
            if (_accepted is null || !_outputs[i].Bytes.SequenceEqual(_accepted[i])) { return false; }
        }

        return true;
    }
}
