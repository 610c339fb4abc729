using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary>The options that say what a model is, where its own files do not.</summary>
sealed class FamilyArguments
{
    readonly Option<string?> _family = new("--family") { Description = $"What the model is, where its files do not say: {string.Join(", ", ModelFamilies.All.Select(f => $"{f.Name} ({f.Models})"))}." };
    readonly Option<string?> _labels = new("--labels") { Description = "File of the model's class names: lines, a JSON list, an id2label, or the instances.json that it was trained on." };
    readonly Option<string?> _mean = new("--mean") { Description = "Mean of the model's three channels, after --scale: 0.485,0.456,0.406." };
    readonly Option<string?> _deviation = new("--std") { Description = "Standard deviation of the three channels: 0.229,0.224,0.225." };
    readonly Option<string?> _scale = new("--scale") { Description = "What a pixel's value, 0 to 255, is multiplied by first: 1/255, or 1 for models that take it as it is." };
    readonly Option<string?> _size = new("--input-size") { Description = "The very size that pictures are brought to, whatever their shape: 640, or 480x640 (height x width)." };
    readonly Option<string?> _resize = new("--resize") { Description = $"Filter of the resize: {string.Join(", ", Enum.GetNames<ResampleKernel>()).ToLowerInvariant()}." };
    readonly Option<string?> _channels = new("--channel-order") { Description = "Order of the model's channels: rgb or bgr." };

    internal IEnumerable<Option> All => [_family, _labels, _mean, _deviation, _scale, _size, _resize, _channels];

    internal FamilyOptions Read(ParseResult parsed) => new()
    {
        Family = parsed.GetValue(_family),
        Labels = parsed.GetValue(_labels) is { } labels ? Path.GetFullPath(labels) : null, // worker processes may run in another folder
        Mean = Numbers(parsed, _mean),
        Deviation = Numbers(parsed, _deviation),
        Scale = parsed.GetValue(_scale) is { } scale ? Fraction(scale) : null,
        InputSize = parsed.GetValue(_size) is { } size ? SizeOf(size) : null,
        Kernel = parsed.GetValue(_resize) is { } kernel
            ? Enum.GetNames<ResampleKernel>().FirstOrDefault(k => k.Equals(kernel, StringComparison.OrdinalIgnoreCase)) is { } known
                ? Enum.Parse<ResampleKernel>(known) : throw LabError.UnknownName("filter", kernel, Enum.GetNames<ResampleKernel>().Select(k => k.ToLowerInvariant()))
            : null,
        Bgr = parsed.GetValue(_channels)?.ToLowerInvariant() switch { null => null, "rgb" => false, "bgr" => true, var other => throw LabError.UnknownName("channel order", other, ["rgb", "bgr"]) },
    };

    static IReadOnlyList<float>? Numbers(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) is not { } text ? null : [.. text.Split(',').Select(part => float.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number : throw LabError.OutOfRange(text, "three numbers, separated by commas, with a point for fractions", option.Name))];

    static double Fraction(string text)
    {
        var parts = text.Split('/');
        double Number(string part) => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw LabError.OutOfRange(text, "a number, or 1/255", "--scale");
        return parts.Length == 2 ? Number(parts[0]) / Number(parts[1]) : Number(text);
    }

    static ImageSize SizeOf(string text)
    {
        var sides = text.Split('x', 'X').Select(s => int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var side) && side is >= 1 and <= 65535 ? side : 0).ToList();
        return sides.Count is 1 or 2 && !sides.Contains(0) ? new(sides[0], sides[^1]) : throw LabError.OutOfRange(text, "a side, or height x width, of 1 to 65535 pixels: 640 or 480x640", "--input-size");
    }
}
