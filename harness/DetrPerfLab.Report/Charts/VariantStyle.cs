using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>How a variant looks, the same in every chart: the colour tells the engine, the marker the precision.</summary>
/// <remarks>
/// Hues of Okabe and Ito, "Color universal design" (2008), apart for all common kinds of colour blindness; on dark ground a lighter tone of the same hue.
/// </remarks>
sealed record VariantStyle(string Engine, MarkerShape Marker, Color Light, Color Dark)
{
    static readonly MarkerShape[] s_further = [MarkerShape.OpenSquare, MarkerShape.OpenTriangleUp, MarkerShape.OpenDiamond, MarkerShape.OpenCircle, MarkerShape.OpenTriangleDown];

    static readonly (string Prefix, string Engine, string Light, string Dark)[] s_engines =
    [
        ("torchscript", "TorchScript", "#AA4499", "#D483C8"),
        ("torch-cuda", "libtorch, GPU", "#7A5C00", "#D9B54A"),
        ("torch", "libtorch, eager", "#D55E00", "#F28A3C"),
        ("ort-cuda", "ONNX Runtime, GPU", "#008A63", "#35C79A"),
        ("ort", "ONNX Runtime", "#0072B2", "#58A9E6"),
    ];

    /// <summary>The style of a variant's name; grey for an engine that is not known.</summary>
    public static VariantStyle Of(string variant)
    {
        foreach (var (prefix, engine, light, dark) in s_engines)
        {
            if (variant.StartsWith(prefix, StringComparison.Ordinal)) { return new(engine, MarkerOf(variant), new(light), new(dark)); }
        }

        return new("other", MarkerOf(variant), new("#6E7781"), new("#A0A8B2"));
    }

    /// <summary>The colour in a theme.</summary>
    public Color In(ChartTheme theme) => theme.IsDark ? Dark : Light;

    /// <summary>The legend of colours, where more than one engine is shown.</summary>
    internal static void Legend(ChartCanvas canvas, IEnumerable<CaseView> cases)
    {
        VariantStyle[] engines = [.. cases.Select(c => Of(c.Run.Variant)).DistinctBy(s => s.Engine)];
        if (engines.Length < 2) { return; }
        foreach (var style in engines) { canvas.LegendEntry(style.Engine, style.In(canvas.Theme), MarkerShape.FilledSquare); }
        canvas.Legend();
    }

    /// <summary>The marker of a further line of the same variant.</summary>
    internal MarkerShape MarkerAt(int line) => line == 0 ? Marker : s_further[(line - 1) % s_further.Length];

    static MarkerShape MarkerOf(string variant) =>
        variant.Contains("int8", StringComparison.Ordinal) ? MarkerShape.FilledDiamond
        : variant.Contains("fp16", StringComparison.Ordinal) || variant.Contains("bf16", StringComparison.Ordinal) ? MarkerShape.FilledTriangleUp
        : variant.Contains("naive", StringComparison.Ordinal) ? MarkerShape.FilledSquare
        : MarkerShape.FilledCircle;
}
