namespace DetrPerfLab.Serving;

/// <summary>A model and its engine, as a user names them.</summary>
/// <param name="Model">A file, or a model of the zoo.</param>
/// <param name="Engine">A short name or a variant's, as <see cref="DetectorSource"/> takes it.</param>
public sealed record ModelSource(string Model, string Engine, FamilyOptions? Family = null);

/// <summary>Serves one model, and puts another in its place while requests come: loaded beside, warmed up, verified, switched to between two requests, the old one drained and freed. Whatever is wrong with the new one, the old one goes on.</summary>
public sealed class ModelServer : IAsyncDisposable
{
    const int MostVersions = 100; // that are remembered
    static readonly TimeSpan s_betweenReturns = TimeSpan.FromMinutes(1); // of freed memory; it takes some milliseconds

    readonly ServingOptions _options;
    readonly TimeProvider _clock;
    readonly ModelCheck _check;
    readonly Turns _turns;
    readonly ModelSource _source;
    readonly SemaphoreSlim _changing = new(1);
    readonly Lock _gate = new();
    readonly List<ModelVersion> _versions = [];
    readonly ITimer _returns;
    ServedModel _current;
    CheckedModel _known;
    Task _retiring = Task.CompletedTask;

    /// <summary>Loads, warms up and checks the first model.</summary>
    /// <exception cref="LabException">It cannot be served.</exception>
    public ModelServer(ModelSource source, ServingOptions options, CancellationToken stop = default, TimeProvider? clock = null)
    {
        (_source, _options, _clock) = (source, options, clock ?? TimeProvider.System);
        Metrics = new(this);
        Admission = new(options.Queue + (options.Workers * options.MaxBatch), options.Workers);
        _turns = new(options.Workers);
        _check = new(options.Verify, options.Detector);
        (_current, _known) = Load(source, null, stop);
        _versions.Add(_current.Version);
        _returns = _clock.CreateTimer(_ => NativeAllocator.ReturnFreedMemory(), null, TimeSpan.Zero, s_betweenReturns); // loading alone leaves much
    }

    public ServingOptions Options => _options;

    /// <summary>What runs now.</summary>
    public ArtefactInfo Artefact => Holding(model => model.Artefact);
    public EngineInfo Engine => Holding(model => model.Engine);

    /// <summary>What is served now.</summary>
    public ModelVersion Version => Volatile.Read(ref _current).Version;

    /// <summary>What was served or refused, the latest last; the oldest are forgotten.</summary>
    public IReadOnlyList<ModelVersion> Versions
    {
        get { lock (_gate) { return [.. _versions]; } }
    }

    internal Admission Admission { get; }
    internal ServingMetrics Metrics { get; }
    internal TimeProvider Clock => _clock;

    /// <summary>The timestamp after which nobody waits for what begins now.</summary>
    internal long DueIn(TimeSpan deadline) => _clock.GetTimestamp() + (long)(deadline.TotalSeconds * _clock.TimestampFrequency);

    /// <summary>The model of now, held; the caller leaves it.</summary>
    internal ServedModel Enter()
    {
        while (true)
        {
            var model = Volatile.Read(ref _current);
            if (model.TryEnter()) { return model; }
        }
    }

    /// <summary>Reads something of the model of now.</summary>
    internal T Holding<T>(Func<ServedModel, T> read)
    {
        var model = Enter();
        try { return read(model); }
        finally { model.Leave(); }
    }

    /// <summary>Puts a model in the place of the one that is served. Returns its entry: serving, or refused with its reason.</summary>
    /// <exception cref="LabException">Another change is under way.</exception>
    public async Task<ModelVersion> ChangeAsync(string model, CancellationToken stop = default)
    {
        if (!await _changing.WaitAsync(0, stop).ConfigureAwait(false)) { throw LabError.CheckFailed("Another change of the model is under way. Ask again when it is done: GET /models"); }
        try
        {
            await _retiring.ConfigureAwait(false); // two models at most are in memory
            var version = await Task.Run(() => Change(_source with { Model = model }, stop), stop).ConfigureAwait(false);
            Metrics.Change(version);
            return version;
        }
        finally { _changing.Release(); }
    }

    /// <summary>Serves again what was served under that name, from the same file.</summary>
    /// <exception cref="LabException">Nothing was, its file is another by now, or another change is under way.</exception>
    public Task<ModelVersion> RollBackAsync(string name, CancellationToken stop = default)
    {
        var served = Versions.Where(v => v.Sha256.Length > 0 && v.State != ModelState.Refused).ToList();
        var version = served.FindLast(v => v.Name == name) ?? throw LabError.UnknownName("model", name, served.Select(v => v.Name).Distinct());
        if (File.Exists(version.Source) && FileHash.Sha256(version.Source) != version.Sha256) { throw LabError.BadInput($"'{name}' is another file by now: its sha256 is not {version.Sha256[..12]}… any more. Put the earlier file back below the folder of models and name it."); }
        return ChangeAsync(version.Source, stop);
    }

    ModelVersion Change(ModelSource source, CancellationToken stop)
    {
        ServedModel next;
        CheckedModel known;
        try { (next, known) = Load(source, Volatile.Read(ref _current), stop); }
        catch (Exception why) when (!stop.IsCancellationRequested)
        {
            var refused = new ModelVersion(Path.GetFileNameWithoutExtension(source.Model), source.Model, HashOf(source.Model), _clock.GetUtcNow()) { State = ModelState.Refused, Reason = LabError.ReasonOf(why).Replace(source.Model, Path.GetFileName(source.Model), StringComparison.Ordinal) };
            Remember(refused);
            return refused;
        }

        var before = Interlocked.Exchange(ref _current, next);
        _known = known;
        lock (_gate)
        {
            if (_versions.LastIndexOf(before.Version) is >= 0 and var at) { _versions[at] = before.Version with { State = ModelState.Replaced }; }
        }

        Remember(next.Version);
        _retiring = before.RetireAsync();
        return next.Version;
    }

    void Remember(ModelVersion version)
    {
        lock (_gate)
        {
            _versions.Add(version);
            if (_versions.Count > MostVersions) { _versions.RemoveAt(0); }
        }
    }

    (ServedModel Model, CheckedModel Known) Load(ModelSource source, ServedModel? before, CancellationToken stop)
    {
        var came = _clock.GetTimestamp();
        var hash = HashOf(source.Model);
        var engines = new List<OpenedEngine>();
        try
        {
            for (var i = 0; i < _options.Workers; i++) { engines.Add(DetectorSource.Open(source.Model, source.Engine, _options.Engine with { Bindings = 2 * _options.Ahead }, source.Family)); }
            var (use, sha256) = (engines[0].Use!, engines[0].Artefact.Sha256);
            if (RunsTheFileItself(source) && hash != sha256) { throw LabError.BadInput($"'{source.Model}' changed while it was loaded. Write it beside, then rename it into place."); }
            if (use.Family.Task != ModelTask.Detection) { throw LabError.BadInput($"The model is of family {use.Family}, which classifies whole pictures; needed a detector."); }
            if (before is not null && !use.Classes.Names.SequenceEqual(before.Use.Classes.Names)) { throw LabError.BadInput($"It names other classes than '{before.Version.Name}', which is served: found {Few(use)}, needed {Few(before.Use)}."); }
            var known = _check.Run(_turns.Taking(engines[0].Engine, came), use, stop);
            foreach (var engine in engines.Skip(1)) { _check.WarmUp(_turns.Taking(engine.Engine, came), use); }
            double? loss = before is null ? null : ModelCheck.LossOf(_known, known);
            if (loss > _options.MaxLoss) { throw LabError.CheckFailed(string.Create(CultureInfo.InvariantCulture, $"It loses {loss:F1} points of {_check.On} against '{before!.Version.Name}', needed at most {_options.MaxLoss:0.##} (--max-loss).")); }
            var version = new ModelVersion(NameOf(source.Model, sha256), source.Model, sha256, _clock.GetUtcNow()) { Loss = loss, LoadMs = _clock.GetElapsedTime(came).TotalMilliseconds };
            return (new(version, engines, _options, Metrics, Admission, _turns, _clock), known);
        }
        catch
        {
            engines.ForEach(e => e.Dispose());
            throw;
        }
    }

    /// <summary>Whether what runs is the very file that was named, and no variant made of it.</summary>
    static bool RunsTheFileItself(ModelSource source) => File.Exists(source.Model) && source.Engine is "ort" or "torchscript";

    /// <summary>The file's name; where another of that name was served, with the start of its hash.</summary>
    string NameOf(string model, string sha256)
    {
        var name = Path.GetFileNameWithoutExtension(model) is "model" && Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(model))) is { Length: > 0 } folder ? folder : Path.GetFileNameWithoutExtension(model);
        return Versions.Any(v => v.Name == name && v.Sha256 != sha256) ? $"{name}@{sha256[..8]}" : name;
    }

    static string Few(ModelUse use) => $"{use.Classes.Names.Count()} ({string.Join(", ", use.Classes.Names.Take(3))}, …)";

    static string HashOf(string model)
    {
        try { return File.Exists(model) ? FileHash.Sha256(model) : ""; }
        catch (Exception e) when (e is IOException or LabException or UnauthorizedAccessException) { return ""; }
    }

    /// <summary>Answers what was taken on, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _changing.WaitAsync().ConfigureAwait(false);
        await _retiring.ConfigureAwait(false);
        await _current.RetireAsync().ConfigureAwait(false);
        await _returns.DisposeAsync().ConfigureAwait(false);
        Metrics.Dispose();
    }
}
