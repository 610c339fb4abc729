namespace DetrPerfLab.Measure;

/// <summary>An operation that is checked while it is timed, off the clock and at places that the engine cannot foresee.</summary>
/// <remarks>Some runs are checked: outputs are poisoned before and compared with the accepted ones after, so that neither a wrong engine nor one that does
/// nothing can look fast. Others get a fresh input. An engine that reuses results would show there in one of four ways: the outputs are the usual ones (refused
/// at once); they do not follow the reference's outputs for that input, as a cached output with noise on it does not (refused at once, where such a reference
/// is given); they are not the same when the input is run again afterwards (<see cref="Replay"/>); or fresh inputs take much longer
/// (<see cref="AuditedRun.Conclude"/>). Not found is an engine that, without such a reference, alters a cached output by a fixed function of the
/// input.</remarks>
/// <param name="accepted">Its outputs for the usual input, checked already; a copy that nobody writes to.</param>
/// <param name="freshReference">What the first fresh input should give; null where nothing independent tells.</param>
public sealed class AuditedOperation(IAuditSubject subject, TensorSet accepted, AuditOptions? options = null, FreshReference? freshReference = null) : IOperation
{
    readonly TensorSet _accepted = accepted.Copy();
    readonly DeterministicRandom _random = new((options ?? new()).Seed);
    int _runs, _checkAt, _freshAt, _freshRuns;
    bool _checking, _fresh, _freshened;
    (int Index, TensorSet Outputs)? _firstFresh, _latestFresh;
    double? _response;
    bool _bitsAccepted;

    public string Name => subject.Name;
    public AuditOptions Options { get; } = options ?? new();
    public AuditedRun Last { get; private set; }

    public void Prepare()
    {
        subject.Prepare();
        if (_runs % Options.Every == 0)
        {
            // The very first run is checked: all later ones are held against it.
            _checkAt = _runs == 0 ? 0 : _random.Next(Options.Every);
            _freshAt = (_checkAt + 1 + _random.Next(Options.Every - 1)) % Options.Every;
        }

        _checking = _runs % Options.Every == _checkAt;
        _fresh = _runs % Options.Every == _freshAt;
        _runs++;
        if (_fresh) { Freshen(_freshRuns); }
        if (_checking || _fresh) { Poison(); }
    }

    public void Run()
    {
        try
        {
            subject.Run();
        }
        catch when (_freshened)
        {
            Restore(_freshRuns); // other variants may share the inputs
            throw;
        }
    }

    public void Synchronize()
    {
        try
        {
            subject.Synchronize();
        }
        catch when (_freshened)
        {
            Restore(_freshRuns); // an asynchronous engine fails here
            throw;
        }
    }

    public void Finish(double ms)
    {
        if (_fresh)
        {
            Restore(_freshRuns);
            AcceptFresh();
            _freshRuns++;
        }

        Last = new(ms, _fresh, _checking, _checking && Check());
        (_checking, _fresh) = (false, false);
        subject.Finish(ms);
    }

    /// <summary>Runs the first and the latest fresh input again, untimed: what they gave when timed must come of the input, not of chance. Where this process
    /// timed none, as after an interruption, the first one is run twice.</summary>
    /// <param name="most">Inputs at most; for operations that take long.</param>
    public AuditReplay Replay(int most = 2)
    {
        if (_firstFresh is null) { RunUntimed(index: 0, AcceptFresh); }
        var (first, latest) = (_firstFresh!.Value, _latestFresh!.Value);
        RunUntimed(first.Index, () => RequireRepeated(first.Outputs));
        if (most < 2 || latest.Index == first.Index) { return new(1, _response); }
        RunUntimed(latest.Index, () => RequireRepeated(latest.Outputs));
        return new(2, _response);
    }

    void RunUntimed(int index, Action check)
    {
        subject.Prepare();
        Freshen(index);
        Poison();
        try
        {
            subject.Run();
            subject.Synchronize();
        }
        finally
        {
            Restore(index);
        }

        check();
        subject.Finish(0); // what it keeps for the check must not be there in the memory pass
    }

    /// <returns>Whether the outputs have the very bits of the first accepted ones.</returns>
    bool Check()
    {
        RequireWritten();
        if (HasAcceptedBits()) { return _bitsAccepted = true; }
        RequireWithin(_accepted, (tensor, found, needed) => Dropped(
            $"a timed inference gave '{tensor}' {found:g3} away from the reference, needed at most {needed:g3}. Its times are dropped; check the variant with: detrlab parity"));
        // The engine may differ from the reference in the last bits, but from now on not from itself.
        if (_bitsAccepted) { return false; }
        _bitsAccepted = true;
        for (var tensor = 0; tensor < _accepted.Count; tensor++) { subject.Outputs[tensor].Bytes.CopyTo(_accepted[tensor].Bytes); }
        return true;
    }

    void AcceptFresh()
    {
        RequireWritten();
        if (HasAcceptedBits())
        {
            throw Dropped($"a fresh input gave the very outputs of the usual one, needed outputs computed from the input. Its times are dropped: the engine reuses results.");
        }

        var outputs = new TensorSet(subject.Outputs).Copy();
        _latestFresh = (_freshRuns, outputs);
        if (_firstFresh is not null) { return; }
        _firstFresh = _latestFresh;
        if (freshReference is not { } reference) { return; }
        _response = reference.ResponseOf(_accepted, outputs);
        if (_response < Options.LeastResponse)
        {
            throw Dropped($"a fresh input changed the outputs by {_response:0.##} of what it changes the reference's, needed at least {Options.LeastResponse:0.##}. Its times are dropped: the engine reuses results.");
        }

        try
        {
            reference.Check(outputs);
        }
        catch (LabException diverged)
        {
            throw Dropped($"its outputs for a fresh input, needed as near to the reference as those for the usual input. Its times are dropped. {diverged.Message}");
        }
    }

    /// <summary>The change that a fresh input makes must come again: noise on a cached output would be another.</summary>
    void RequireRepeated(TensorSet timed)
    {
        RequireWritten();
        RequireWithin(timed, NotRepeated);
        double change = 0, apart = 0;
        for (var tensor = 0; tensor < timed.Count; tensor++)
        {
            if (!Options.MaxAbs.ContainsKey(timed[tensor].Name)) { continue; }
            var usual = _accepted[tensor].Floats;
            var first = timed[tensor].Floats;
            var second = subject.Outputs[tensor].Floats;
            for (var i = 0; i < first.Length; i++)
            {
                change += (first[i] - usual[i]) * (double)(first[i] - usual[i]);
                apart += (second[i] - first[i]) * (double)(second[i] - first[i]);
            }
        }

        // Root of the sums: half of the change at most.
        if (4 * apart > change) { throw NotRepeated("all outputs", Math.Sqrt(apart), Math.Sqrt(change) / 2); }
    }

    LabException NotRepeated(string tensor, double found, double needed) => Dropped(
        $"a fresh input run again gave '{tensor}' {found:g3} away from when it was timed, needed at most {needed:g3}. Its times are dropped: its outputs are chance, not computed from the input.");

    LabException Dropped(FormattableString found) => LabError.CheckFailed($"Audit of '{subject.Name}': {FormattableString.Invariant(found)}");

    void Freshen(int index)
    {
        subject.Freshen(index);
        _freshened = true;
    }

    void Restore(int index)
    {
        if (!_freshened) { return; } // a failed run did it
        _freshened = false;
        subject.Restore(index);
    }

    void Poison()
    {
        subject.Watch();
        foreach (var output in subject.Outputs)
        {
            if (output.Type == ElementType.Float32) { output.Floats.Fill(float.NaN); }
            else { output.Longs.Fill(long.MinValue); }
        }
    }

    void RequireWritten()
    {
        foreach (var output in subject.Outputs)
        {
            for (var i = 0; i < output.Count; i++)
            {
                if (output.Type == ElementType.Float32 ? !float.IsFinite(output.Floats[i]) : output.Longs[i] == long.MinValue)
                {
                    throw Dropped($"a timed inference left element {i} of '{output.Name}' unwritten or not finite, needed all of it. Its times are dropped; check the variant with: detrlab parity");
                }
            }
        }
    }

    void RequireWithin(TensorSet reference, Func<string, double, double, LabException> refusal)
    {
        for (var tensor = 0; tensor < reference.Count; tensor++)
        {
            var name = reference[tensor].Name;
            if (!Options.MaxAbs.TryGetValue(name, out var most)) { continue; }
            var distance = OutputAgreement.Compare(name, reference[tensor].Floats, subject.Outputs[tensor].Floats).MaxAbs;
            if (distance > most) { throw refusal(name, distance, most); }
        }
    }

    bool HasAcceptedBits() => subject.Outputs.Zip(_accepted).All(pair => pair.First.Bytes.SequenceEqual(pair.Second.Bytes));
}
