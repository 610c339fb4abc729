using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace DetrPerfLab.Engines;

/// <summary>What a unit of <c>detrlab gate</c> runs, where a side is a model or a build of this lab: one variant on one image, speaking the protocol of <see cref="GateProtocol"/>.</summary>
/// <remarks>Inferences are audited, so that neither an engine that does nothing nor one that reuses results looks fast.</remarks>
public sealed record GateUnitRequest(WorkerRequest Case)
{
    /// <summary>Work added inside the timed call, as a share of it: the self-test's known slow-down.</summary>
    public double Slower { get; init; }

    /// <summary>Where the outputs on the usual input go; with them come figures of the graph, which take seconds. Null for a unit that is timed.</summary>
    public string? Outputs { get; init; }

    public string ToArgument() => JsonSerializer.Serialize(this, LabJson.OneLine);
}

/// <summary>The unit itself: opens the variant, answers, tells its figures.</summary>
static class GateUnitProgram
{
    const int MemoryRuns = 5;

    /// <summary>What fails is one line on standard error, which the gate shows.</summary>
    internal static int Run(string request)
    {
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true); // whoever asks decides what ends
        try
        {
            Serve(JsonSerializer.Deserialize<GateUnitRequest>(request, LabJson.OneLine)!, Console.In, Console.Out);
            return (int)ExitCode.Done;
        }
        catch (Exception mistake)
        {
            Console.Error.WriteLine(LabError.ReasonOf(mistake));
            return (int)((mistake as LabException)?.ExitCode ?? ExitCode.CheckFailed);
        }
    }

    internal static void Serve(GateUnitRequest request, TextReader questions, TextWriter answers)
    {
        var variant = VariantCase.Of(request.Case);
        using var opened = variant.Variant.Create(variant.Model, variant.Settings, variant.Artefacts);
        Serve(request, variant, opened, questions, answers);
    }

    /// <exception cref="LabException">The engine gives wrong outputs, or reuses earlier ones.</exception>
    internal static void Serve(GateUnitRequest request, VariantCase variant, OpenedEngine opened, TextReader questions, TextWriter answers)
    {
        var inputs = variant.Model.CreateInputs(variant.Sizes[0]);
        var outputs = opened.Engine.AllocateOutputs(inputs);
        IOperation plain = new EngineOperation(opened.Engine, inputs, outputs);
        var meter = new LatencyMeter();
        meter.Measure(plain); // the accepted outputs
        if (request.Outputs is { } path) { SavedOutputs.Write(path, outputs); }
        var operation = request.Slower > 0 ? new SlowedOperation(plain, request.Slower) : plain;
        var options = AuditOptions.For(request.Case.Samples) with { Seed = request.Case.Seed, MaxAbs = variant.Variant.RepeatBounds(variant.Model.Use.Outputs) };
        var audited = new AuditedOperation(new TensorSubject(variant.Variant.Name, operation, inputs, outputs, options.Seed), outputs, options);
        var runs = new List<AuditedRun>();
        GateProtocol.Serve(
            () =>
            {
                var ms = meter.Measure(audited);
                runs.Add(audited.Last);
                return ms;
            },
            Figures, questions, answers);

        IEnumerable<KeyValuePair<string, double>> Figures()
        {
            AuditedRun.Conclude(audited.Name, runs, options, audited.Replay());
            if (MemoryPass.Measure(operation, MemoryRuns).AllocatedBytesPerOperation is { } allocated) { yield return new("allocated_bytes", allocated); }
            if (request.Outputs is null) { yield break; }
            yield return new("model_bytes", opened.Artefact.Bytes);
            if (variant.Variant.Recipe is not OnnxRecipe) { yield break; }
            var graph = GraphFacts.Of(OptimizedGraphReader.Read(variant.Model, variant.Variant, variant.Artefacts));
            yield return new("nodes", graph.Nodes);
            yield return new("casts", graph.FloatCasts);
            yield return new("quantize_nodes", graph.QuantizeNodes.Count + graph.DequantizeNodes.Count);
            yield return new("operations", FlopFacts.Of(variant.Model, variant.Artefacts, inputs).Total);
        }
    }

    /// <summary>Spins after the work for a share of what the work took: a slow-down of known size.</summary>
    sealed class SlowedOperation(IOperation inner, double share) : IOperation
    {
        public void Prepare() => inner.Prepare();

        public void Run()
        {
            var start = Stopwatch.GetTimestamp();
            inner.Run();
            inner.Synchronize();
            var end = Stopwatch.GetTimestamp() + (long)((Stopwatch.GetTimestamp() - start) * share);
            while (Stopwatch.GetTimestamp() < end) { Thread.SpinWait(20); }
        }

        public void Finish(double ms) => inner.Finish(ms);
    }
}
