namespace DetrPerfLab.Onnx;

/// <summary>The sine position encoding as rows [N*h*w, hidden], and what is added to attention scores, [N, 1, 1, h*w].</summary>
/// <remarks>The latter is 0 for image, very low for padding; null without a mask.</remarks>
sealed record PositionValues(string Rows, string? MaskBias);

/// <summary>Adds <see cref="PositionValues"/> for the map of features [N, h, w, hidden].</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/position_encoding.py (PositionEmbeddingSine, normalised) and backbone.py (mask resized by nearest neighbour).</remarks>
static class PositionExport
{
    /// <summary>As good as minus infinity after softmax, yet within the range of float16.</summary>
    const float Masked = -30000;

    internal static PositionValues Add(ExportContext context, string map, string? pixelMask)
    {
        var graph = context.Graph;
        using var _ = graph.Module("position");
        var mask = pixelMask is null ? null : ResizeMask(graph, pixelMask, map);
        var y = Axis(context, "y", axis: 1, map, mask);
        var x = Axis(context, "x", axis: 2, map, mask);
        var rows = graph.Reshape("rows", graph.Concat("concat", -1, y, x), -1, context.Config.HiddenDim);
        if (mask is null) { return new PositionValues(rows, null); }
        var bias = graph.Node("Where", "mask_bias", [mask, graph.Scalar(0f), graph.Scalar(Masked)]);
        return new PositionValues(rows, graph.Reshape("mask_bias.reshape", bias, 0, 1, 1, -1));
    }

    /// <summary>Half of the encoding, for one axis (1 = y, 2 = x): [N, h, w, hidden / 2].</summary>
    static string Axis(ExportContext context, string name, long axis, string map, string? mask)
    {
        var graph = context.Graph;
        using var _ = graph.Module(name);
        string embed;
        if (mask is null)
        {
            // Counts 1, 2, … along the axis are what cumsum gives for a mask of ones.
            var counts = graph.Node("Range", "range", [graph.Scalar(1L), graph.Node("Add", "end", [Length(graph, "length", map, axis), graph.Scalar(1L)]), graph.Scalar(1L)]);
            embed = graph.Reshape("embed", graph.Cast("counts", counts, DataType.Float), axis == 1 ? [1, -1, 1] : [1, 1, -1]);
        }
        else
        {
            embed = graph.Node("CumSum", "embed", [graph.Cast("mask", mask, DataType.Float), graph.Scalar(axis)]);
        }

        // x / (last + eps) * 2 pi, in the original's order of operations.
        var last = graph.Node("Add", "last.eps", [graph.Gather("last", embed, graph.Constant(-1), axis), graph.Scalar(1e-6f)]);
        var normalised = graph.Node("Mul", "normalised", [graph.Node("Div", "ratio", [embed, last]), graph.Scalar((float)(2 * Math.PI))]);
        var features = context.Config.HiddenDim / 2;
        var (periods, phases) = (new float[features], new float[features]);
        for (var i = 0; i < features; i++)
        {
            periods[i] = (float)Math.Pow(10000, 2 * (i / 2) / (double)features);
            phases[i] = i % 2 == 0 ? 0 : (float)(Math.PI / 2); // cos(a) = sin(a + pi/2): even and odd features in one operator
        }

        var column = graph.Node("Unsqueeze", "unsqueeze", [normalised, graph.Constant(-1)]);
        var angle = graph.Node("Div", "angle", [column, graph.Weight<float>("period", [features], periods)]);
        var sine = graph.Node("Sin", "sin", [graph.Node("Add", "phase", [angle, graph.Weight<float>("phases", [features], phases)])]);
        if (mask is not null) { return sine; }
        var shape = graph.Concat("shape", 0, graph.Shape("map", map, 0, 3), graph.Constant(features));
        return graph.Node("Expand", "expand", [sine, shape]);
    }

    /// <summary>The mask at the size of the feature map, bool [N, h, w], true for image.</summary>
    /// <remarks>
    /// PyTorch's nearest neighbour: source = floor(index * (float)in / out). Written out rather than as Resize, which divides by out/in instead and so
    /// may pick the next pixel where the product is a whole number.
    /// </remarks>
    static string ResizeMask(GraphBuilder graph, string pixelMask, string map)
    {
        using var _ = graph.Module("mask");
        var rows = graph.Gather("gather_y", pixelMask, Nearest("y", 1), 1);
        return graph.Cast("bool", graph.Gather("gather_x", rows, Nearest("x", 2), 2), DataType.Bool);

        string Nearest(string name, long axis)
        {
            using var _ = graph.Module(name);
            var length = Length(graph, "length", map, axis);
            var from = graph.Cast("in", Length(graph, "in_length", pixelMask, axis), DataType.Float);
            var scale = graph.Node("Div", "scale", [from, graph.Cast("out", length, DataType.Float)]);
            var index = graph.Cast("index", graph.Node("Range", "range", [graph.Scalar(0L), length, graph.Scalar(1L)]), DataType.Float);
            return graph.Cast("source", graph.Node("Floor", "floor", [graph.Node("Mul", "product", [index, scale])]), DataType.Int64);
        }
    }

    /// <summary>Length of an axis as an int64 scalar.</summary>
    static string Length(GraphBuilder graph, string name, string x, long axis) =>
        graph.Node("Squeeze", name, [graph.Shape($"{name}.shape", x, axis, axis + 1), graph.Constant(0)]);
}
