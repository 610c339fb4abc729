namespace DetrPerfLab.Cli;

/// <summary>What a variant's process measures: the registry's engine on a synthetic image, against the reference's outputs.</summary>
static class BenchCase
{
    /// <summary>Builds and computes what <see cref="Setup"/> only reads, so that no variant's process holds a second runtime.</summary>
    /// <returns>The hash of the file that the variant runs; empty where it runs on the weights themselves.</returns>
    internal static string Prepare(BenchRequest request, Action<string, long, long> progress)
    {
        var parts = new Parts(request);
        var artefact = parts.Variant.Recipe is { } recipe ? parts.Artefacts.Get(parts.Model, recipe, progress).Info.Sha256 : "";
        parts.Expected();
        parts.FreshReference();
        return artefact;
    }

    internal static InferenceCaseSetup Setup(BenchRequest request)
    {
        var parts = new Parts(request);
        var settings = new EngineSettings { Threads = request.Threads };
        var detections = new FirstDetections(parts.Model, parts.Size);
        return new(
            request.Variant,
            () =>
            {
                var opened = parts.Variant.Create(parts.Model, settings, parts.Artefacts);
                return (opened.Engine, opened.Artefact);
            },
            parts.Inputs,
            outputs => ReferenceOutputs.ThrowIfDiverged(parts.Variant, parts.Reference, parts.Expected(), outputs))
        {
            Audit = parts.Audit,
            FreshReference = parts.FreshReference,
            BeforeFirst = detections.Prepare,
            AfterFirst = detections.Read,
            WaitedMs = detections.MadeInMs,
        };
    }

    sealed class Parts(BenchRequest request)
    {
        internal Variant Variant { get; } = VariantRegistry.Get(request.Variant);

        internal VariantModel Model { get; } = VariantModel.Of(request.Model);

        internal ArtefactCache Artefacts { get; } = new(request.CacheFolder);

        internal TensorSet Inputs => field ??= Model.CreateInputs(Size);

        internal string Reference => ReferenceOutputs.ReferenceOf(Variant, Model);

        internal ImageSize Size => Model.InputSize(new(request.Height, request.Width));

        internal AuditOptions Audit => AuditOptions.For(request.Rounds) with { Seed = request.Seed, MaxAbs = Variant.RepeatBounds };

        internal TensorSet Expected() => References.Get(Model, Reference, Inputs, $"synthetic {Size}", Artefacts);

        /// <summary>Null for ranked detections: their order changes with the input, so there is no output to follow.</summary>
        internal FreshReference? FreshReference()
        {
            var expected = Expected();
            if (expected.Find("logits") is null) { return null; }
            var fresh = References.Get(Model, Reference, () => FreshInput.Of(Inputs, Audit.Seed, index: 0), $"synthetic {Size} fresh {Audit.Seed}", Artefacts);
            return new(expected, fresh, outputs => ReferenceOutputs.ThrowIfDiverged(Variant, Reference, fresh, outputs));
        }

        ReferenceOutputs References => new(request.CacheFolder);
    }
}
