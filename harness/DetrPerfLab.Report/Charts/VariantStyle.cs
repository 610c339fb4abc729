using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>How a variant looks, the same in every chart: the colour tells the engine, the marker the precision.</summary>
/// <remarks>
/// Hues of Okabe and Ito, "Color universal design" (2008), apart for all common kinds of colour blindness; on dark ground a lighter tone of the same hue.
/// </remarks>
sealed record VariantStyle(string Engine, MarkerShape Marker, Color Light, Color Dark)
{
    static readonly MarkerShape[] s_further = [MarkerShape.OpenSquare, MarkerShape.OpenTriangleUp, MarkerShape.OpenDiamond, MarkerShape.OpenCircle, MarkerShape.OpenTriangleDown];

    static readonly string[] s_oneOfEach = ["ort-fp32", "torch-fp32", "torchscript-fp32", "ort-cuda-fp32", "ort-tensorrt-fp16", "other"];

    /// <summary>The engine is told by the name's beginning: a precision that is not known here keeps its engine's colour.</summary>
    public static VariantStyle Of(string variant) => EngineOf(variant) switch
    {
        EngineKind.Torch when VariantName.TryParse(variant) is { Precision: Precision.Int8 } or { Options: "fused" } => new("libtorch, static graph", MarkerOf(variant), new("#AA4499"), new("#D483C8")), // an archive, as TorchScript's
        EngineKind.Torch => new("libtorch, eager", MarkerOf(variant), new("#D55E00"), new("#F28A3C")),
        EngineKind.TorchScript => new("libtorch, static graph", MarkerOf(variant), new("#AA4499"), new("#D483C8")),
        EngineKind.Ort => new("ONNX Runtime", MarkerOf(variant), new("#0072B2"), new("#58A9E6")),
        EngineKind.OrtCuda => new("ONNX Runtime, GPU", MarkerOf(variant), new("#008A63"), new("#35C79A")),
        EngineKind.OrtTensorRt => new("TensorRT", MarkerOf(variant), new("#7A5C00"), new("#D9B54A")),
        _ => new("other", MarkerShape.FilledCircle, new("#6E7781"), new("#A0A8B2")),
    };

    public Color In(ChartTheme theme) => theme.IsDark ? Dark : Light;

    internal static void Legend(ChartCanvas canvas, IEnumerable<CaseView> cases)
    {
        VariantStyle[] engines = [.. cases.Select(c => Of(c.Run.Variant)).DistinctBy(s => s.Engine)];
        if (engines.Length < 2) { return; }
        foreach (var style in engines) { canvas.LegendEntry(style.Engine, style.In(canvas.Theme), MarkerShape.FilledSquare); }
        canvas.Legend();
    }

    /// <summary>Where lines are settings of one variant, each has a hue of its own.</summary>
    internal static Color Hue(int line, ChartTheme theme) => Of(s_oneOfEach[line % s_oneOfEach.Length]).In(theme);

    internal MarkerShape MarkerAt(int line) => line == 0 ? Marker : s_further[(line - 1) % s_further.Length];

    static EngineKind? EngineOf(string variant) => Enum.GetValues<EngineKind>().Cast<EngineKind?>()
        .LastOrDefault(engine => $"{variant}-".StartsWith($"{new VariantName(engine!.Value, default).EngineName}-", StringComparison.Ordinal)); // ort-cuda comes after ort

    static MarkerShape MarkerOf(string variant) => VariantName.TryParse(variant) switch
    {
        { Precision: Precision.Int8 } => MarkerShape.FilledDiamond,
        { Precision: Precision.Fp16 or Precision.Bf16 } => MarkerShape.FilledTriangleUp,
        { Options: "naive" } => MarkerShape.FilledSquare,
        _ => MarkerShape.FilledCircle,
    };
}

/// <summary>The colours of one appearance.</summary>
sealed record ChartTheme(string Suffix, Color Background, Color Ink, Color Faint, Color Grid, bool IsDark)
{
    public static ChartTheme Light { get; } = new("", new("#FFFFFF"), new("#1F2328"), new("#59636E"), new("#E4E8EC"), IsDark: false);
    public static ChartTheme Dark { get; } = new("-dark", new("#0D1117"), new("#E6EDF3"), new("#9198A1"), new("#262C36"), IsDark: true);
}
