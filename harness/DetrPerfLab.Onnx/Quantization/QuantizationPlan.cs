using System.Text.Json;
using System.Text.RegularExpressions;

namespace DetrPerfLab.Onnx;

/// <summary>How one node computes.</summary>
public enum NodePrecision
{
    Float, // as in the source
    Dynamic, // 8-bit weights; activations quantised at run time by their own extremes
    Static, // 8-bit weights and activations, ranges fixed by calibration
}

/// <summary>One rule of a plan: what matches name, role and operator gets the precision.</summary>
public sealed record PlanRule
{
    /// <summary>Regular expression over node names, without regard to case; null matches all.</summary>
    public string? Name { get; init; }

    /// <summary>What the node is for, which the graph tells; null matches all.</summary>
    public NodeRole? Role { get; init; }

    /// <summary>Empty matches all.</summary>
    public IReadOnlyList<string> Operators { get; init; } = [];

    public required NodePrecision Precision { get; init; }
    public string? Reason { get; init; }
}

/// <summary>Static, dynamic or float for each node. The first rule that matches decides; without one a node stays float.</summary>
/// <remarks>Only nodes that do arithmetic with weights are planned, and products of two activations; what lies between quantised nodes follows them.</remarks>
public sealed record QuantizationPlan
{
    public required IReadOnlyList<PlanRule> Rules { get; init; }

    /// <summary>All that can be is static: the warning example, fastest on paper and least accurate.</summary>
    public static QuantizationPlan AllStatic { get; } = new() { Rules = [new() { Operators = ["Conv", "Gemm", "MatMul"], Precision = NodePrecision.Static }] };

    /// <summary>Weights of MatMul and Gemm dynamic, the rest float: needs no calibration.</summary>
    public static QuantizationPlan AllDynamic { get; } = new() { Rules = [new() { Operators = ["Gemm", "MatMul"], Precision = NodePrecision.Dynamic }] };

    /// <summary>Convolutions static, the rest float: for runtimes that quantise nothing at run time.</summary>
    public static QuantizationPlan Convolutions { get; } = new() { Rules = [new() { Operators = ["Conv"], Precision = NodePrecision.Static }] };

    /// <summary>The default for detectors: convolutions static, linear layers dynamic, heads that place boxes float.</summary>
    /// <remarks>
    /// The last layers of the box head turn features straight into coordinates, and the decoder's cross-attention chooses where to look: 8 bits there cost accuracy first.
    /// They are small, so that keeping them costs little time.
    /// </remarks>
    public static QuantizationPlan Mixed { get; } = new()
    {
        Rules =
        [
            new() { Role = NodeRole.Boxes, Precision = NodePrecision.Float, Reason = "places boxes" },
            new() { Role = NodeRole.CrossAttention, Operators = ["Gemm", "MatMul"], Precision = NodePrecision.Float, Reason = "cross-attention of the decoder" },
            new() { Operators = ["Conv"], Precision = NodePrecision.Static },
            new() { Operators = ["Gemm", "MatMul"], Precision = NodePrecision.Dynamic },
        ],
    };

    /// <summary>The same with the feed-forward layers of the lab's own DETR encoder static, whose ranges another engine then fixes: half of the work behind the convolutions.</summary>
    public static QuantizationPlan MixedStaticFeedForward { get; } = new()
    {
        Rules = [new() { Name = @"^encoder\.\d+\.linear[12]$", Operators = ["Gemm"], Precision = NodePrecision.Static }, .. Mixed.Rules],
    };

    /// <summary>A plan with nodes, by exact name, forced to a precision before all other rules.</summary>
    public QuantizationPlan With(NodePrecision precision, IEnumerable<string> nodes, string reason) => this with
    {
        Rules = [.. nodes.Select(n => new PlanRule { Name = $"^{Regex.Escape(n)}$", Precision = precision, Reason = reason }), .. Rules],
    };

    public static QuantizationPlan Load(string path)
    {
        var plan = Read<QuantizationPlan>(path, "Name a plan that 'detrlab sensitivity' wrote.");
        plan.CompileNames();
        return plan;
    }

    internal static T Read<T>(string path, string whereAbsent)
    {
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, whereAbsent); }
        try
        {
            return JsonSerializer.Deserialize<T>(InputFile.ReadText(path), LabJson.Options) ?? throw LabError.QuantizationPlan(path, "it is empty");
        }
        catch (JsonException e)
        {
            throw LabError.QuantizationPlan(path, LabJson.ProblemOf(e), e);
        }
    }

    /// <summary>The precision of each node of this graph, which must be prepared.</summary>
    internal Func<NodeProto, NodePrecision> Compile(GraphProto graph, GraphIndex index)
    {
        var names = CompileNames();
        var roles = new Lazy<NodeRoles>(() => NodeRoles.Of(graph, index));
        return node =>
        {
            foreach (var (i, rule) in Rules.Index())
            {
                if ((rule.Operators.Count == 0 || rule.Operators.Contains(node.OpType)) && names[i]?.IsMatch(node.Name) != false
                    && (rule.Role is not { } role || roles.Value.Has(node, role)))
                {
                    return rule.Precision;
                }
            }

            return NodePrecision.Float;
        };
    }

    List<Regex?> CompileNames() => [.. Rules.Select(r => r.Name is { } name ? Pattern(name) : null)];

    // In linear time, since a pattern may come from a stranger's file.
    static Regex Pattern(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw LabError.BadInput(
                $"Pattern '{pattern}' in the quantisation plan cannot be used: {e.Message.TrimEnd('.')}. Needed: a regular expression without backreferences or lookaround.", e);
        }
    }
}
