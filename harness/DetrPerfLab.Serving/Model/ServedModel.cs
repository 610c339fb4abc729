using System.Collections.Concurrent;

namespace DetrPerfLab.Serving;

/// <summary>One model as it is served: engines, what is prepared for them, what waits. A request holds it while it is answered; once retired, it ends when nobody does.</summary>
/// <remarks>A picture is decoded and preprocessed by a preparer, waits for a batch, is run by a worker, and read by the request's own task: the engines do nothing but inferences.
/// Preparers are threads of their own, as workers are: malloc keeps apart what a decoder used on each thread, and of a pool's changing threads that would be many.</remarks>
sealed class ServedModel
{
    const long LargestKept = 8_000_000; // pixels

    readonly Lock _gate = new();
    readonly ServingOptions _options;
    readonly TimeProvider _clock;
    readonly ServingMetrics _metrics;
    readonly Admission _admission;
    readonly Turns _turns;
    readonly IReadOnlyList<OpenedEngine> _engines;
    readonly bool _takesMask;
    readonly BatchQueue<Ticket> _queue;
    readonly BlockingCollection<Ticket> _toPrepare = []; // admission bounds it
    readonly SemaphoreSlim _ahead;
    readonly TensorPool _pool;
    readonly ConcurrentBag<PictureStages> _stages = [];
    readonly Task[] _preparers, _workers;
    readonly TaskCompletionSource _unused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _users;
    bool _retired;

    internal ServedModel(ModelVersion version, IReadOnlyList<OpenedEngine> engines, ServingOptions options, ServingMetrics metrics, Admission admission, Turns turns, TimeProvider clock)
    {
        (Version, _engines, _options, _metrics, _admission, _turns, _clock) = (version, engines, options, metrics, admission, turns, clock);
        Use = engines[0].Use!;
        _takesMask = Use.Inputs.Any(i => i.Name == "pixel_mask");
        _ahead = new(options.Ahead);
        _pool = new(Use, 2 * options.Ahead);
        _queue = new(Use.FixedBatch ?? options.MaxBatch, options.MaxWait, clock, Drop);
        _preparers = [.. Enumerable.Range(0, Math.Min(Environment.ProcessorCount, options.Ahead)).Select(_ => OnOwnThread(Prepare))];
        _workers = [.. engines.Select(opened => OnOwnThread(() => Work(opened.Engine)))];
    }

    internal ModelVersion Version { get; }
    internal ModelUse Use { get; }
    internal ArtefactInfo Artefact => _engines[0].Artefact;
    internal EngineInfo Engine => _engines[0].Engine.Info;
    internal IReadOnlyList<TensorSpec> Inputs => _engines[0].Engine.Inputs;
    internal IReadOnlyList<TensorSpec> Outputs => _engines[0].Engine.Outputs;
    internal GpuInfo? ReadGpu() => (_engines[0].Engine as IArenaEngine)?.ReadGpu();

    /// <summary>Holds the model until <see cref="Leave"/>; false once it is retired.</summary>
    internal bool TryEnter()
    {
        lock (_gate)
        {
            if (_retired) { return false; }
            _users++;
            return true;
        }
    }

    internal void Leave()
    {
        lock (_gate)
        {
            if (--_users == 0 && _retired) { _unused.TrySetResult(); }
        }
    }

    /// <summary>Takes no more requests, answers those that hold it, ends the workers and frees the engines.</summary>
    internal async Task RetireAsync()
    {
        lock (_gate)
        {
            _retired = true;
            if (_users == 0) { _unused.TrySetResult(); }
        }

        await _unused.Task.ConfigureAwait(false);
        _toPrepare.CompleteAdding();
        await Task.WhenAll(_preparers).ConfigureAwait(false);
        _queue.Close();
        await Task.WhenAll(_workers).ConfigureAwait(false);
        foreach (var opened in _engines) { opened.Dispose(); }
        _toPrepare.Dispose();
        _ahead.Dispose();
    }

    /// <summary>What is on one picture: lines of <c>detections.json</c>.</summary>
    /// <exception cref="LabException">The picture cannot be used (bad input), or the model's numbers are not finite.</exception>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    internal async Task<PictureAnswer> DetectAsync(PictureRequest picture, CancellationToken gone)
    {
        var ticket = new Ticket(picture.File, picture.Name, picture.Due, _clock);
        _toPrepare.Add(ticket);
        return await AnswerAsync(ticket, picture.Due, (run, index) =>
        {
            var stages = RentStages();
            try { return new PictureAnswer(stages.Lines(run.Outputs, index, ticket.Size, picture.Threshold, picture.Id, picture.Name), ticket.Times); }
            finally { Return(stages); }
        }, gone).ConfigureAwait(false);
    }

    /// <summary>The model's own tensors in and out; alone in its inference.</summary>
    internal async Task<TensorSet> InferAsync(TensorSet inputs, long due, CancellationToken gone)
    {
        TensorContract.Check(_engines[0].Engine, inputs, outputs: null);
        if (!await _ahead.WaitAsync(Left(due), gone).ConfigureAwait(false)) { throw new TimeoutException(); }
        var ticket = new Ticket(default, "", due, _clock);
        ticket.Prepare(new(0, default, inputs), default, ticket, () => _ahead.Release());
        _queue.Add(ticket);
        return await AnswerAsync(ticket, due, (run, _) => run.Outputs.Copy(), gone).ConfigureAwait(false);
    }

    /// <summary>The lab's own pipeline on the first engine, for a caller that knows it idle.</summary>
    internal Action<ReadOnlyMemory<byte>> DirectCall()
    {
        var (pipeline, decoder, picture) = (new DetectorPipeline(_engines[0].Engine, Use, _options.Detector), new ImageDecoder(), new RgbImage());
        return file =>
        {
            decoder.Decode(file.Span, "image", picture);
            pipeline.Detect(picture);
        };
    }

    async Task<T> AnswerAsync<T>(Ticket ticket, long due, Func<FinishedRun, int, T> read, CancellationToken gone)
    {
        (FinishedRun Run, int Index) done;
        try
        {
            done = await ticket.Done.WaitAsync(Left(due), _clock, gone).ConfigureAwait(false);
        }
        catch
        {
            ticket.Abandon();
            if (_queue.Remove(ticket)) { ticket.FreeTensors(); }
            throw;
        }

        try { return read(done.Run, done.Index); }
        finally { done.Run.Release(); }
    }

    TimeSpan Left(long due) => _clock.GetElapsedTime(_clock.GetTimestamp(), due) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    static Task OnOwnThread(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    void Prepare()
    {
        foreach (var ticket in _toPrepare.GetConsumingEnumerable())
        {
            if (!ticket.IsWanted) { continue; }
            _ahead.Wait();
            if (!ticket.IsWanted) // it may have waited long
            {
                _ahead.Release();
                continue;
            }

            try { Prepare(ticket); }
            catch (Exception why)
            {
                _ahead.Release();
                ticket.Fail(why);
                continue;
            }

            _queue.Add(ticket);
        }
    }

    void Prepare(Ticket ticket)
    {
        ticket.Times.PrepareStarted = _clock.GetTimestamp();
        var stages = RentStages();
        try
        {
            stages.Decode(ticket.File.Span, ticket.Name);
            var canvas = Padded(stages.Canvas);
            var pair = _pool.Rent(1, canvas);
            stages.Fill(pair.Inputs);
            ticket.Prepare(pair, stages.Size, canvas, () =>
            {
                _pool.Return(pair);
                _ahead.Release();
            });
        }
        finally { Return(stages); }
    }

    ImageSize Padded(ImageSize canvas)
    {
        if (!_takesMask || Use.FixedSize is not null) { return canvas; }
        int Up(int side) => (side + _options.PadTo - 1) / _options.PadTo * _options.PadTo;
        return new(Up(canvas.Height), Up(canvas.Width));
    }

    void Work(IInferenceEngine engine)
    {
        while (_queue.TakeAsync().GetAwaiter().GetResult() is { } batch)
        {
            try { Run(engine, batch); }
            catch (Exception why)
            {
                foreach (var ticket in batch)
                {
                    ticket.FreeTensors();
                    ticket.Fail(why);
                }
            }
        }
    }

    void Run(IInferenceEngine engine, IReadOnlyList<Ticket> batch)
    {
        var (tensors, free) = batch is [var alone] ? (alone.Tensors!, alone.FreeTensors) : Together(batch);
        long started, ended;
        using (_turns.Take(batch[0].Times.Arrived))
        {
            started = _clock.GetTimestamp();
            tensors.Outputs ??= engine.AllocateOutputs(tensors.Inputs);
            engine.Run(tensors.Inputs, tensors.Outputs);
            engine.Synchronize();
            ended = _clock.GetTimestamp();
        }

        var took = _clock.GetElapsedTime(started, ended);
        _admission.Ran(batch.Count, took);
        _metrics.Inference(batch.Count, took);
        var run = new FinishedRun(tensors.Outputs, batch.Count, free);
        for (var i = 0; i < batch.Count; i++)
        {
            (batch[i].Times.RunStarted, batch[i].Times.RunEnded, batch[i].Times.Batch) = (started, ended, batch.Count);
            batch[i].Complete(run, i);
        }
    }

    /// <summary>One set of tensors of several pictures; a model that takes more than there are sees the last again.</summary>
    (TensorPair Tensors, Action Free) Together(IReadOnlyList<Ticket> batch)
    {
        var rows = Use.FixedBatch ?? batch.Count;
        var pair = _pool.Rent(rows, batch[0].Tensors!.Canvas);
        foreach (var into in pair.Inputs)
        {
            var row = into.Bytes.Length / rows;
            for (var i = 0; i < rows; i++) { batch[Math.Min(i, batch.Count - 1)].Tensors!.Inputs[into.Name].Bytes[..row].CopyTo(into.Bytes[(i * row)..]); }
        }

        foreach (var ticket in batch) { ticket.FreeTensors(); }
        return (pair, () => _pool.Return(pair));
    }

    static void Drop(Ticket ticket)
    {
        ticket.FreeTensors();
        ticket.Fail(new TimeoutException());
    }

    void Return(PictureStages stages)
    {
        // Its buffers are as large as the largest picture that it saw: those of a giant are not kept.
        if ((long)stages.Size.Height * stages.Size.Width <= LargestKept) { _stages.Add(stages); }
    }

    PictureStages RentStages() => _stages.TryTake(out var stages) ? stages : new(Use, _options.Detector, _options.MaxPixels);
}

/// <summary>A picture as a request brings it.</summary>
/// <param name="Due">Timestamp after which nobody waits for the answer.</param>
sealed record PictureRequest(ReadOnlyMemory<byte> File, string Name, long Id, float Threshold, long Due);

/// <summary>Lines of <c>detections.json</c>, and when what was done.</summary>
sealed record PictureAnswer(IReadOnlyList<string> Lines, TicketTimes Times);
