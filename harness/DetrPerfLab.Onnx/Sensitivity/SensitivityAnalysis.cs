using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace DetrPerfLab.Onnx;

/// <summary>How sensitivity is measured.</summary>
public sealed record SensitivityOptions
{
    /// <summary>Plan and types; every node that the plan makes static or dynamic is measured.</summary>
    public StaticOptions Quantization { get; init; } = new();

    /// <summary>Parts of a node's name, cut at <c>.</c> and <c>/</c>, that make its group; 0 for each node by itself.</summary>
    public int ModuleDepth { get; init; }

    /// <summary>Values that are compared; empty for the model's float32 outputs. For a detector that sorts its detections, name values before the sorting.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>Called after each group with (done, of all).</summary>
    public Action<long, long>? Progress { get; init; }

    /// <summary>Calibration goes on from it.</summary>
    public CalibrationCheckpoint? Checkpoint { get; init; }

    /// <summary>Groups of it are not measured again, the others are added.</summary>
    public Journal<GroupSensitivity>? Journal { get; init; }

    /// <summary>The part of the groups that is measured; null for all.</summary>
    public Shard? Shard { get; init; }

    /// <summary>Asked between two images and between two groups.</summary>
    public CancellationToken Cancellation { get; init; }
}

/// <summary>Measures, for each group of nodes, the error that quantising it alone causes.</summary>
public static class SensitivityAnalysis
{
    const double MostDb = 200;

    /// <summary>Measures all groups of a float model; a handful of inputs suffices for calibration and comparison.</summary>
    public static SensitivityTable Run(ICalibrationRunner runner, ModelProto model, IReadOnlyCollection<TensorSet> inputs, SensitivityOptions options)
    {
        var (all, table) = Calibrate(runner, model, inputs, options.Quantization, options.Checkpoint, options.Cancellation);
        var ranges = table.Ranges(options.Quantization);
        var values = options.Values.Count > 0 ? options.Values
            : [.. all.Prepared.Graph.Output.Where(o => o.ElementType() == DataType.Float).Select(o => o.Name)];
        var expected = Outputs(runner, all.Prepared, values, inputs);
        var plan = options.Quantization.Plan.Compile(all.Prepared.Graph, new(all.Prepared.Graph));
        var planned = all.Quantizable;
        var groups = all.Prepared.Graph.Node.Where(n => planned.Contains(n.Name)).GroupBy(n => GroupOf(n.Name, options.ModuleDepth)).ToList();
        if (options.Shard is { } shard) { groups = [.. shard.Among(groups)]; }
        var work = Work(runner, all.Prepared, inputs);
        var total = Math.Max(work.Values.Sum(), 1);
        var measured = new List<GroupSensitivity>();
        var earlier = options.Journal?.Entries.DistinctBy(g => g.Group).ToDictionary(g => g.Group, StringComparer.Ordinal) ?? [];
        foreach (var group in groups)
        {
            if (earlier.TryGetValue(group.Key, out var known))
            {
                measured.Add(known);
                continue;
            }

            options.Cancellation.ThrowIfCancellationRequested();
            // Each node of the group keeps the precision that the plan gives it; all others compute in float.
            // The later goes before the earlier: dynamic rules come first.
            var alone = group.GroupBy(plan, n => n.Name).OrderByDescending(names => names.Key).Aggregate(new QuantizationPlan { Rules = [] }, (rules, names) => rules.With(names.Key, names, "alone"));
            var (sqnr, cosine) = Compare(expected, Outputs(runner, Convert(all.Prepared, options.Quantization with { Plan = alone }, ranges), values, inputs));
            measured.Add(new()
            {
                Group = group.Key,
                Nodes = [.. group.Select(n => n.Name)],
                WorkShare = group.Sum(n => work.GetValueOrDefault(n.Name)) / total,
                SqnrDb = sqnr,
                Cosine = cosine,
            });
            options.Journal?.Add(measured[^1]);
            options.Progress?.Invoke(measured.Count, groups.Count);
        }

        return new() { InputSha256 = table.InputSha256, Part = options.Shard, Groups = SensitivityTable.Sorted(measured) };
    }

    internal static string GroupOf(string node, int depth) =>
        // A leading slash opens the first part.
        depth < 1 ? node : Regex.Match(node, $"^[./]?[^./]*([./][^./]*){{0,{depth - 1}}}").Value;

    /// <summary>Ranges that serve every mix of a plan: one calibration for a whole search.</summary>
    public static IReadOnlyDictionary<string, TensorRange> Ranges(
        ICalibrationRunner runner, ModelProto model, IReadOnlyCollection<TensorSet> inputs, StaticOptions options, CalibrationCheckpoint? checkpoint = null, CancellationToken cancellation = default) =>
        Calibrate(runner, model, inputs, options, checkpoint, cancellation).Table.Ranges(options);

    static (StaticQuantizer All, CalibrationTable Table) Calibrate(
        ICalibrationRunner runner, ModelProto model, IReadOnlyCollection<TensorSet> inputs, StaticOptions options, CalibrationCheckpoint? checkpoint, CancellationToken cancellation)
    {
        var all = new StaticQuantizer(model, options);
        return (all, ActivationCalibration.Run(runner, all.Prepared, all.AllActivations, inputs, inputs.Count, checkpoint: checkpoint, cancellation: cancellation));
    }

    /// <summary>A mix of the plan that <paramref name="ranges"/> were made for, with some of its nodes float; at the end the float model itself.</summary>
    public static ModelProto Mix(ModelProto model, StaticOptions options, IReadOnlyDictionary<string, TensorRange> ranges) =>
        Convert(GraphPreparation.Prepare(model), options, ranges);

    static ModelProto Convert(ModelProto prepared, StaticOptions options, IReadOnlyDictionary<string, TensorRange> ranges)
    {
        var plan = options.Plan.Compile(prepared.Graph, new(prepared.Graph));
        if (prepared.Graph.Node.Any(n => plan(n) == NodePrecision.Static)) { return new StaticQuantizer(prepared, options).Convert(ranges).Model; }
        return prepared.Graph.Node.Any(n => plan(n) == NodePrecision.Dynamic) ? DynamicQuantizer.Convert(prepared, options).Model : prepared;
    }

    // Multiplications of every node with a constant weight: elements of its output times the elements of the weight that meet each.
    static Dictionary<string, double> Work(ICalibrationRunner runner, ModelProto prepared, IReadOnlyCollection<TensorSet> inputs)
    {
        var index = new GraphIndex(prepared.Graph);
        var weighted = prepared.Graph.Node.Where(n => n.OpType is "Conv" or "MatMul" or "Gemm" && index.Constant(n.Input[1]) is not null).ToList();
        var shapes = runner.Shapes(prepared, [.. weighted.Select(n => n.Output[0])], inputs.First());
        return weighted.ToDictionary(n => n.Name, n => shapes[n.Output[0]].Aggregate(1.0, (a, b) => a * b) * PerElement(n), StringComparer.Ordinal);

        double PerElement(NodeProto node)
        {
            var weight = index.Constant(node.Input[1])!;
            var channels = node.OpType == "Conv" || node.GetInt("transB", 0) != 0 ? weight.Dims[0] : weight.Dims[^1];
            return weight.ElementCount() / Math.Max(channels, 1);
        }
    }

    static List<Dictionary<string, float[]>> Outputs(ICalibrationRunner runner, ModelProto model, IReadOnlyList<string> values, IReadOnlyCollection<TensorSet> inputs)
    {
        using var session = runner.Open(model, values);
        var all = new List<Dictionary<string, float[]>>();
        foreach (var input in inputs)
        {
            var outputs = new ConcurrentDictionary<string, float[]>(StringComparer.Ordinal);
            session.Run(input, (name, data) => outputs[name] = data.ToArray());
            all.Add(new(outputs, StringComparer.Ordinal));
        }

        return all;
    }

    static (double SqnrDb, double Cosine) Compare(List<Dictionary<string, float[]>> expected, List<Dictionary<string, float[]>> actual)
    {
        double signal = 0, noise = 0, cosines = 0;
        for (var i = 0; i < expected.Count; i++)
        {
            var least = 1.0;
            foreach (var (name, reference) in expected[i])
            {
                // Each output counts alike, whatever its unit: noise is relative to its own power.
                var power = Math.Max(reference.Sum(v => (double)v * v), 1e-30);
                noise += reference.Zip(actual[i][name], (r, a) => Math.Pow((double)r - a, 2)).Sum() / power;
                signal++;
                least = Math.Min(least, OutputAgreement.Compare(name, reference, actual[i][name]).Cosine);
            }

            cosines += least;
        }

        return (noise > 0 ? Math.Min(MostDb, 10 * Math.Log10(signal / noise)) : MostDb, cosines / expected.Count);
    }
}
