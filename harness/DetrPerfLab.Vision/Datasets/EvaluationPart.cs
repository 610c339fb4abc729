using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Vision;

/// <summary>What a part of an evaluation is of: parts belong together where all but shard, images and machine are equal.</summary>
/// <param name="Options">All that decides an image's result beside model and data set, as text.</param>
/// <param name="Images">COCO ids of its images, in the data set's order.</param>
/// <param name="Machine">Fingerprint of the machine that ran it.</param>
public sealed record PartHeader(string Kind, Shard Shard, ArtefactInfo Model, string Variant, DatasetInfo Dataset, string Options, IReadOnlyList<long> Images, string Machine)
{
    public const string Evaluation = "detrlab-eval-part-1";

    /// <summary>What tells two parts apart that do not belong together; null where they do.</summary>
    internal string? DifferenceFrom(PartHeader other) =>
        Model.Sha256 != other.Model.Sha256 ? $"their models differ ({Model.Name} {Model.Sha256[..Math.Min(12, Model.Sha256.Length)]} and {other.Model.Name} {other.Model.Sha256[..Math.Min(12, other.Model.Sha256.Length)]})"
        : Variant != other.Variant ? $"their variants differ ({Variant} and {other.Variant})"
        : Dataset.Sha256 != other.Dataset.Sha256 ? $"their data sets differ ({Dataset.Name}, {Dataset.Images} images, and {other.Dataset.Name}, {other.Dataset.Images} images)"
        : Options != other.Options ? "their options, their runtimes or their commits of the lab differ"
        : null;
}

/// <summary>A part of an evaluation, as <c>detrlab eval --shard</c> writes it: a line of what it is, then a line an image.</summary>
public sealed record EvaluationPart(string Name, PartHeader Header, IReadOnlyList<JournalEntry> Entries)
{
    public static void Save(string path, PartHeader header, IEnumerable<JournalEntry> entries) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(JsonSerializer.Serialize(header, LabJson.OneLine));
        foreach (var entry in entries) { writer.WriteLine(JsonSerializer.Serialize(entry, LabJson.OneLine)); }
    });

    /// <exception cref="LabException">It is no part, or not whole.</exception>
    public static EvaluationPart Load(string path)
    {
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, "Name parts that 'detrlab eval --shard' wrote."); }
        var lines = InputFile.ReadText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || Read<PartHeader>(path, 1, lines[0]) is not { Kind: PartHeader.Evaluation, Model: not null, Dataset: not null, Images: not null } header) { throw LabError.BadInput($"'{path}' is no part of an evaluation, needed a file of 'detrlab eval --shard'. Leave it out."); }
        var entries = lines.Skip(1).Select((line, i) => Read<JournalEntry>(path, i + 2, line)).ToList();
        if (entries.Any(e => e.Detections is null) || header.Shard.Number < 1 || header.Shard.Number > header.Shard.Count || !entries.Select(e => e.Image).SequenceEqual(header.Images))
        {
            throw LabError.BadInput($"'{path}' holds {entries.Count} of its {header.Images.Count} images: it was cut, or changed. Run that part again: detrlab eval … --shard {header.Shard}");
        }

        return new(path, header, entries);
    }

    /// <summary>All parts as one evaluation's entries, in the data set's order; of a part that ran twice the first counts.</summary>
    /// <exception cref="LabException">Parts do not belong together, or some are missing; they are named.</exception>
    public static IReadOnlyList<JournalEntry> Merge(IReadOnlyList<EvaluationPart> parts)
    {
        var first = parts[0];
        foreach (var part in parts.Skip(1))
        {
            if (part.Header.DifferenceFrom(first.Header) is { } difference) { throw LabError.BadInput($"'{part.Name}' and '{first.Name}' do not belong together: {difference}. Merge the parts of one evaluation."); }
        }

        Shard.RequireAll([.. parts.Select(p => (p.Name, p.Header.Shard))], "detrlab eval … --shard");
        JournalEntry[] entries = [.. parts.DistinctBy(p => p.Header.Shard).SelectMany(p => p.Entries).OrderBy(e => e.Image)]; // as a data set is walked
        return entries.Length == first.Header.Dataset.Images && entries.DistinctBy(e => e.Image).Count() == entries.Length ? entries
            : throw LabError.BadInput($"The parts hold {entries.Length} of the data set's {first.Header.Dataset.Images} images: they were changed. Run them again.");
    }

    static T Read<T>(string path, int number, string line)
        where T : class
    {
        try { return JsonSerializer.Deserialize<T>(line, LabJson.OneLine) ?? throw new JsonException("null"); }
        catch (JsonException e) when (number > 1) { throw LabError.BadInput($"'{path}', line {number}: {LabJson.ProblemOf(e)}: it was cut, or changed. Run that part again: detrlab eval … --shard"); }
        catch (JsonException e) { throw LabError.BadInput($"'{path}' is no part of an evaluation ({LabJson.ProblemOf(e)}), needed a file of 'detrlab eval --shard'. Leave it out."); }
    }
}
