using System.Diagnostics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DetrPerfLab.Training;

/// <summary>Trains: batches, losses, optimiser, a running mean of the weights; judged now and then, kept on disk so that an interrupted run loses a minute at most.</summary>
public sealed class TrainingRun : IDisposable
{
    public const int JudgedScenes = 200;
    const string CheckpointName = "training.ckpt";
    static readonly TimeSpan s_betweenReports = TimeSpan.FromSeconds(10);

    readonly TrainingOptions _options;
    readonly string _folder;
    readonly TrainableDetr _model;
    readonly Dictionary<string, Tensor> _mean;
    readonly AdamW _optimizer;
    readonly BatchPart[] _parts;
    SceneJudge? _judge;
    long _step;

    /// <param name="folder">Keeps the checkpoint, the scenes that are judged on, and what happened.</param>
    /// <param name="from">What it begins with, instead of weights drawn from the seed.</param>
    /// <param name="teacher">What it learns from beside the truth.</param>
    /// <exception cref="LabException">One of them knows other classes than the scenes', or a checkpoint in the folder is of another run.</exception>
    public TrainingRun(TrainingOptions options, string folder, WeightStore? from = null, WeightStore? teacher = null)
    {
        foreach (var given in new[] { from, teacher }.OfType<WeightStore>()) { RequireClasses(given); }
        if (from is not null) { options = options with { Config = from.Config, From = from.Sha256 }; }
        (_options, _folder) = (options with { Teacher = teacher?.Sha256 }, folder);
        options = _options;
        TorchRuntime.Load();
        set_num_threads(Threads);
        _model = from is null ? new(options.Config, options.Groups, options.Seed) : new(from, options.Groups, options.Seed);
        _mean = _model.Parameters.ToDictionary(p => p.Key, p => Kept(p.Value)).Concat(_model.Statistics.ToDictionary(s => s.Key, s => Kept(s.Value))).ToDictionary();
        _optimizer = optim.AdamW(_model.Parameters.Values, options.LearningRate, weight_decay: options.WeightDecay);
        _parts = [.. Enumerable.Range(0, Math.Min(options.Parts, options.Batch)).Select(_ => new DetrLoss(options.Config.Classes, options.Groups, options.ClassWeight))
            .Select(loss => new BatchPart(_model, loss, teacher is null ? null : new(new(teacher), loss)))];
        Directory.CreateDirectory(folder);
        if (TrainingCheckpoint.Load(Checkpoint, options) is { } saved) { _step = saved.Restore(_model, _mean, _optimizer); }
    }

    /// <summary>How many steps of a run take so long here, scenes and judgements left out; of a run that was begun, as many as it has.</summary>
    public static long StepsIn(TimeSpan time, TrainingOptions options, string folder, WeightStore? from, WeightStore? teacher)
    {
        const int Unsteady = 4, Timed = 12;
        if (TrainingCheckpoint.StepsOf(Path.Combine(folder, CheckpointName)) is { } begun) { return begun; }
        using var run = new TrainingRun(options with { Scenes = options.Batch }, Path.Combine(folder, "cache"), from, teacher);
        var batches = new SceneBatches(options.Seed, options.Batch, (_, _) => { }, default);
        for (; run._step < Unsteady; run._step++) { run.Learn(batches); }
        var watch = Stopwatch.StartNew();
        for (; run._step < Unsteady + Timed; run._step++) { run.Learn(batches); }
        return Math.Max(1, (long)(time / watch.Elapsed * Timed));
    }

    /// <summary>With what it begins with and learns from.</summary>
    public TrainingOptions Options => _options;

    /// <summary>What a run that is killed loses at most, but for the step or the judgement that it was in.</summary>
    internal TimeSpan BetweenCheckpoints { get; init; } = TimeSpan.FromSeconds(45);

    internal int Judged { get; init; } = JudgedScenes; // scenes

    /// <summary>Steps that are done.</summary>
    public long Step => _step;

    int Threads => _options.Threads > 0 ? _options.Threads : Environment.ProcessorCount;
    string Checkpoint => Path.Combine(_folder, CheckpointName);

    /// <summary>Trains to the last step.</summary>
    /// <param name="judgeEvery">Steps between two judgements.</param>
    /// <exception cref="LabException">The loss is not finite; step and pictures are named.</exception>
    public void Run(long judgeEvery, Action<string> say, Action<TrainingProgress> report, CancellationToken stop)
    {
        if (_step == _options.Steps) { return; } // of a run that was whole, nothing is left
        say($"drawing {_options.Scenes} scenes …");
        var batches = new SceneBatches(_options.Seed, _options.Scenes, (_, _) => { }, stop);
        var (saved, told, began, first) = (Stopwatch.StartNew(), Stopwatch.StartNew(), Stopwatch.StartNew(), _step);
        var (sums, count) = (default(LossParts), 0);
        while (_step < _options.Steps)
        {
            if (stop.IsCancellationRequested)
            {
                Save();
                stop.ThrowIfCancellationRequested();
            }

            sums += Learn(batches);
            count++;
            _step++;
            var isJudged = _step % judgeEvery == 0 || _step == _options.Steps;
            if (saved.Elapsed >= BetweenCheckpoints || _step == _options.Steps)
            {
                Save();
                saved.Restart();
            }

            if (!isJudged && told.Elapsed < s_betweenReports) { continue; }
            var (ap, ap50) = isJudged ? Judge(stop) : (null, null);
            var perSecond = (_step - first) / began.Elapsed.TotalSeconds;
            var mean = sums / count;
            report(new(_step, _options.Steps, mean.Total, mean.Class, mean.Box, mean.Giou, ap, ap50,
                TimeSpan.FromSeconds((_options.Steps - _step) / perSecond), perSecond * _options.Batch));
            told.Restart();
            (sums, count) = (default, 0);
        }
    }

    /// <summary>One step on its own batch.</summary>
    LossParts Learn(SceneBatches batches)
    {
        var losses = default(LossParts);
        Uncollected.Do(() => losses = Compute(batches));
        return losses;
    }

    LossParts Compute(SceneBatches batches)
    {
        using var scope = NewDisposeScope();
        var (pictures, targets) = batches.Batch(_step, _options.Batch);
        foreach (var group in _optimizer.ParamGroups) { group.LearningRate = _options.RateAt(_step); }
        var results = new PartResult[_parts.Length];
        Parallel.For(0, _parts.Length, new ParallelOptions { MaxDegreeOfParallelism = Threads }, part =>
        {
            set_num_threads(Math.Max(1, Threads / _parts.Length)); // of this thread alone
            results[part] = _parts[part].Learn(pictures, targets, (part * _options.Batch / _parts.Length)..((part + 1) * _options.Batch / _parts.Length));
        });
        set_num_threads(Threads);
        if (!Take(results)) { throw NotFinite(pictures); }
        nn.utils.clip_grad_norm_(_model.Parameters.Values, _options.Clip);
        _optimizer.step();
        using var quiet = no_grad();
        // Quick at first, so that the beginning is forgotten.
        var share = 1 - Math.Min(_options.MeanDecay, (1.0 + _step) / (10 + _step));
        foreach (var (name, mean) in _mean) { mean.lerp_(_model.ValueOf(name), tensor((float)share)); }
        return results.Select(r => r.Loss).Aggregate((a, b) => a + b) / results.Length;
    }

    /// <summary>Means of the parts' gradients and statistics, in the order of the parts; false where one has none.</summary>
    bool Take(IReadOnlyList<PartResult> parts)
    {
        using var quiet = no_grad();
        Tensor Mean(Func<PartResult, Tensor> of) => parts.Select(of).Aggregate((a, b) => a + b) / parts.Count;
        var isFinite = parts.All(p => p.Gradients is not null);
        if (isFinite)
        {
            foreach (var (index, parameter) in _model.Parameters.Values.Index()) { parameter.grad = Mean(p => p.Gradients![index]); }
            foreach (var (name, statistic) in _model.Statistics) { statistic.copy_(Mean(p => p.Statistics[name])); }
        }

        foreach (var tensor in parts.SelectMany(p => p.Statistics.Values.Concat(p.Gradients ?? []))) { tensor.Dispose(); }
        return isFinite;
    }

    /// <summary>Keeps what the step saw.</summary>
    LabException NotFinite(Tensor pictures)
    {
        var kept = Path.Combine(_folder, FormattableString.Invariant($"not-finite-{_step}.bin"));
        AtomicFile.Write(kept, stream => stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(pictures.data<float>().ToArray())));
        return LabError.CheckFailed($"The loss is not finite at step {_step}, needed a number. Its pictures are in '{kept}' (float32 [{string.Join(',', pictures.shape)}]). Lower --learning-rate, or begin anew in another folder.");
    }

    /// <summary>AP and AP50 of the running mean, by the lab's own evaluation of its own eager engine.</summary>
    (double? Ap, double? Ap50) Judge(CancellationToken stop)
    {
        _judge ??= new(Path.Combine(_folder, "held"), Judged, _options.Seed + 1);
        var summary = _judge.Judge(TrainedModels.Of(Store()), VariantName.Baseline, new(Path.Combine(_folder, "cache")), _options.Threads, stop).Evaluation.Summary;
        set_num_threads(Threads); // the engine has set its own
        return (summary.Ap, summary.Ap50);
    }

    /// <summary>The running mean as a checkpoint of a DETR.</summary>
    public WeightStore Store() => _model.ToStore(name => _mean[name], $"trained {_step} steps, seed {_options.Seed}");

    void Save() => TrainingCheckpoint.Save(Checkpoint, _options, _step, _model, _mean, _optimizer);

    internal static void RequireClasses(WeightStore given)
    {
        if (given.Config.Classes != Scene.Classes.Count) { throw LabError.BadInput($"'{given.Source}' knows {given.Config.Classes} classes; the scenes that it would learn have {Scene.Classes.Count}. Name a model of 'detrlab train'."); }
    }

    static Tensor Kept(Tensor tensor)
    {
        using var quiet = no_grad();
        var copy = tensor.detach().clone();
        copy.DetachFromDisposeScope();
        return copy;
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        foreach (var part in _parts) { part.Dispose(); }
        foreach (var mean in _mean.Values) { mean.Dispose(); }
        _model.Dispose();
    }
}
