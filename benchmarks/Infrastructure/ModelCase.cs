namespace DetrPerfLab.Benchmarks;

/// <summary>One variant on a batch of synthetic images.</summary>
/// <param name="VariantName">A name of the registry.</param>
/// <param name="Sizes">Height and width of each image of the batch; unequal ones are padded.</param>
/// <param name="Settings">What is chosen for the run and not by the variant.</param>
sealed record ModelCase(string VariantName, IReadOnlyList<ImageSize> Sizes, EngineSettings? Settings = null)
{
    const int ProfiledRuns = 3;

    static readonly HashSet<string> s_prepared = [];

    internal ModelCase(string variantName, ImageSize size, EngineSettings? settings = null)
        : this(variantName, [size], settings)
    {
    }

    Variant Variant => VariantRegistry.Get(VariantName);

    /// <summary>Null where images of several sizes share a batch: padding makes it another task than that which accuracy was judged on.</summary>
    int? InputSide
    {
        get
        {
            if (Sizes.Distinct().Count() > 1) { return null; }
            var size = BenchmarkModel.Current.InputSize(Sizes[0]);
            return Math.Min(size.Height, size.Width);
        }
    }

    string Reference => ReferenceOutputs.ReferenceOf(Variant, BenchmarkModel.Current);

    string InputsName => $"synthetic {string.Join(' ', Sizes)}";

    /// <summary>The forward pass, checked and audited while it is timed.</summary>
    internal CaseWork Open(AuditOptions audit)
    {
        var ready = Check(audit);
        return ready.Work(ready.Plain) with { Audited = ready.Audited, FirstMs = ready.Cold.FirstMs, ImagesPerOperation = Sizes.Count };
    }

    /// <summary>Opens the engine, runs it once and holds its outputs against the reference: a fast wrong engine must fail here, not appear in the report.</summary>
    /// <param name="audit">For what times the forward pass itself.</param>
    /// <exception cref="LabException">The engine cannot be had, or computes something else.</exception>
    internal CheckedEngine Check(AuditOptions? audit = null)
    {
        var inputs = Inputs();
        var detections = new FirstDetections(BenchmarkModel.Current, BenchmarkModel.Current.InputSize(Sizes[0]));
        var setup = new InferenceCaseSetup(
            VariantName,
            () =>
            {
                var opened = Variant.Create(BenchmarkModel.Current, Settings ?? new(), BenchmarkModel.Artefacts);
                return (opened.Engine, opened.Artefact);
            },
            inputs,
            outputs => Compare(inputs, InputsName, outputs))
        {
            Audit = (audit ?? new()) with { MaxAbs = Variant.RepeatBounds },
            FreshReference = audit is null ? null : FreshReference,
            BeforeFirst = detections.Prepare,
            AfterFirst = detections.Read,
            WaitedMs = CaseProcess.WaitedMs + detections.MadeInMs,
        };
        return new(new(setup), inputs, Variant.RepeatBounds) { InputSide = InputSide };
    }

    /// <summary>Holds outputs on this case's images, from an engine that was opened for others, against the reference.</summary>
    /// <exception cref="LabException">They are something else.</exception>
    internal AgreementInfo Compare(TensorSet outputs) => Compare(Inputs(), InputsName, outputs);

    /// <summary>Holds outputs on any inputs against the reference, which <see cref="PrepareReference"/> has computed.</summary>
    /// <exception cref="LabException">They are something else.</exception>
    internal AgreementInfo Compare(TensorSet inputs, string inputsName, TensorSet outputs) =>
        ReferenceOutputs.ThrowIfDiverged(Variant, Reference, Expected(() => inputs, inputsName), outputs);

    /// <summary>Builds the model file and computes the reference's outputs, where they are missing.</summary>
    /// <param name="progress">What is being built, how much of it is done, of how much.</param>
    /// <param name="fresh">Whether for a fresh input too, as an audit of the forward pass needs.</param>
    internal void Prepare(Action<string, long, long> progress, bool fresh = false)
    {
        if (Variant.Recipe is { } recipe && s_prepared.Add(recipe.Name)) { BenchmarkModel.Artefacts.Get(BenchmarkModel.Current, recipe, progress); }
        PrepareReference(Inputs, InputsName);
        if (fresh && s_prepared.Add($"{Reference} {InputsName} fresh")) { FreshReference(); }
    }

    /// <summary>Computes the reference's outputs where they are missing.</summary>
    internal void PrepareReference(Func<TensorSet> inputs, string inputsName)
    {
        if (s_prepared.Add($"{Reference} {inputsName}")) { Expected(inputs, inputsName); }
    }

    /// <summary>Adds the operations that an inference takes, what was found in the graph that ran, and where the time goes.</summary>
    /// <param name="result">With samples, or it stays as it is.</param>
    /// <param name="machine">This one.</param>
    /// <param name="profile">Whether to run it again, in this process, to see where the time goes; never in a quick run or for what takes long.</param>
    internal RunResult Explain(RunResult result, MachineInfo machine, bool profile)
    {
        if (result.SamplesMs.Count == 0) { return result; }
        var canvas = new ImageSize(Sizes.Max(s => s.Height), Sizes.Max(s => s.Width));
        var why = VariantFacts.Of(BenchmarkModel.Current, Variant, Settings ?? new(), BenchmarkModel.Artefacts, canvas, batch: 1, machine);
        profile &= !CaseProcess.IsQuick && Variant.Device == OrtDevice.Cpu && Quantile.Median([.. result.SamplesMs]) < MeasuredCase.SlowMs;
        return result with
        {
            Peak = why.Peak,
            Flops = why.Flops * Sizes.Count, // images of a batch are all padded to one size
            Findings = [.. why.Findings, .. result.Memory?.Gpu?.Findings() ?? [], .. result.Findings],
            Modules = profile ? ModuleProfile.Measure(BenchmarkModel.Current, Variant, Settings ?? new(), BenchmarkModel.Artefacts, Inputs(), ProfiledRuns) : [],
        };
    }

    /// <exception cref="LabException">The model takes no such images.</exception>
    TensorSet Inputs()
    {
        if (Sizes is [var size] && size == BenchmarkModel.DefaultSize) { return BenchmarkModel.Current.CreateInputs(size); }
        return BenchmarkModel.IsDetr && Sizes.All(s => BenchmarkModel.Current.InputSize(s) == s) ? SyntheticImages.CreateBatch([.. Sizes])
            : throw LabError.SuiteNeedsDetr(BenchmarkModel.Current.Name);
    }

    TensorSet Expected(Func<TensorSet> inputs, string inputsName) =>
        BenchmarkModel.References.Get(BenchmarkModel.Current, Reference, inputs, inputsName, BenchmarkModel.Artefacts);

    /// <summary>Of one image: a batch runs the same engine and would take the reference many times as long. Null too for ranked detections, which are no output to follow.</summary>
    FreshReference? FreshReference()
    {
        if (Sizes.Count > 1) { return null; }
        var expected = Expected(Inputs, InputsName);
        if (expected.Find("logits") is null) { return null; }
        var seed = new AuditOptions().Seed;
        var fresh = Expected(() => FreshInput.Of(Inputs(), seed, index: 0), $"{InputsName} fresh {seed}");
        return new(expected, fresh, outputs => ReferenceOutputs.ThrowIfDiverged(Variant, Reference, fresh, outputs));
    }
}

/// <summary>An engine whose outputs agree with the reference.</summary>
/// <param name="Case">Owns the engine; disposed by the work that is made of it.</param>
/// <param name="Inputs">What it was checked on.</param>
/// <param name="RepeatBounds">How far outputs of later runs may lie from the first one's, by name.</param>
sealed record CheckedEngine(InferenceCase Case, TensorSet Inputs, IReadOnlyDictionary<string, double> RepeatBounds)
{
    internal IInferenceEngine Engine => Case.Engine;

    internal TensorSet Outputs => Case.Outputs;

    internal ArtefactInfo Artefact => Case.Facts.Artefact;

    internal AgreementInfo Agreement => Case.Facts.Agreement;

    internal ColdInfo Cold => Case.Facts.Cold;

    /// <summary>The forward pass.</summary>
    internal IOperation Plain => Case.Plain;

    /// <summary>The forward pass under audit.</summary>
    internal AuditedOperation Audited => Case.Audited;

    /// <summary>Shorter side of the images, pixels; null where they vary.</summary>
    internal int? InputSide { get; init; }

    /// <summary>Work on this engine.</summary>
    internal CaseWork Work(IOperation operation) => new(operation)
    {
        Artefact = Artefact,
        Engine = Engine.Info,
        Agreement = Agreement,
        Cold = Cold,
        InputSide = InputSide,
        MemoryOperations = CaseProcess.IsQuick ? 1 : 3,
        CompleteMemory = memory => EngineMemory.Complete(memory, Engine),
        Owned = [Case],
    };

    /// <summary>Work on this engine under audit; runs it for the first time, so that later runs can be held against that.</summary>
    internal CaseWork Work(IAuditSubject subject, AuditOptions audit)
    {
        subject.Watch();
        var firstMs = new LatencyMeter().Measure(new ActionOperation(() =>
        {
            subject.Run();
            subject.Synchronize();
        }));
        return Work(subject) with { FirstMs = firstMs, Audited = new(subject, new TensorSet(subject.Outputs), audit with { MaxAbs = RepeatBounds }) };
    }

    /// <summary>Work from tensors to tensors on this engine under audit; see <see cref="TensorSubject"/>.</summary>
    internal CaseWork Work(IOperation operation, IReadOnlyList<HostTensor> inputs, IReadOnlyList<HostTensor> outputs, AuditOptions audit) =>
        Work(new TensorSubject(Engine.Info.Variant, operation, inputs, outputs, audit.Seed), audit);
}
