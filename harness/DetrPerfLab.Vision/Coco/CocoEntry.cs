using System.Text.Json;

namespace DetrPerfLab.Vision;

/// <summary>Fields of one entry of a COCO list.</summary>
static class CocoEntry
{
    internal static T Once<T>(T? earlier, string name, T value)
        where T : struct => earlier is null ? value : throw new FormatException($"'{name}' occurs twice");

    internal static T Needed<T>(T? value, string name)
        where T : struct => value ?? throw new FormatException($"'{name}' is missing");

    internal static int Int32(long value, string name) =>
        value is >= int.MinValue and <= int.MaxValue ? (int)value : throw new FormatException($"'{name}' is {value}, needed 32 bits");

    internal static CocoBox Box(ref JsonStream json)
    {
        json.Expect(JsonTokenType.StartArray, "a list of four numbers as 'bbox'");
        Span<double> edges = stackalloc double[4];
        foreach (ref var edge in edges) { edge = json.Number("one of four in 'bbox'"); }
        json.Expect(JsonTokenType.EndArray, "the end of 'bbox' after four numbers");
        var box = new CocoBox(edges[0], edges[1], edges[2], edges[3]);
        return CocoProblem.OfBox(box) is { } problem ? throw new FormatException(problem) : box;
    }
}
