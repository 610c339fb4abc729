using System.Text.Json;

namespace DetrPerfLab.Vision;

/// <summary>What a model is and how it is used: its family, what its pictures become, what its classes are called, and who says so. Understood, never guessed.</summary>
/// <remarks>Each of the three comes from the first that tells it: the user's options; what the lab's exporter wrote; Hugging Face's files beside the model; an interface that only one family has.</remarks>
public sealed record ModelUse
{
    public const string FamilyKey = "detrlab.family"; // in a model's metadata
    public const string PictureKey = "detrlab.preprocessor"; // likewise
    public const string LabelsKey = "detrlab.id2label"; // likewise
    const string ByInterface = "its inputs, outputs and operators";

    readonly ModelFacts _facts;
    readonly TensorSpec _pixels;

    ModelUse(ModelFacts facts, ModelFamily family, string familySource)
    {
        (_facts, Family, FamilySource) = (facts, family, familySource);
        _pixels = facts.Input(family.PixelsOf(facts))!;
        ChannelsLast = _pixels.Dimensions is [_, var second, _, { IsFixed: true, Length: 3 }] && !(second.IsFixed && second.Length == 3);
    }

    public ModelFamily Family { get; }
    public IReadOnlyList<TensorSpec> Inputs => _facts.Inputs;
    public IReadOnlyList<TensorSpec> Outputs => _facts.Outputs;

    /// <summary>Who says which family it is, in words.</summary>
    public string FamilySource { get; }

    /// <summary>What pictures become; without the size that the model fixes, and the user's choice at run time.</summary>
    public PreprocessOptions Picture { get; private init; } = new();

    public string PictureSource { get; private init; } = "";

    /// <summary>Whether nobody says how pictures are scaled: figures of speed hold, accuracy means nothing.</summary>
    public bool IsPictureUnknown { get; private init; }

    /// <summary>Class names that somebody gave; null where the outputs alone speak.</summary>
    internal LabelMap? Named { get; private init; }

    /// <summary>Pictures that the model takes at once; null where any number.</summary>
    public int? FixedBatch => _pixels.Dimensions[0] is { IsFixed: true, Length: var length } ? (int)length : null;

    internal string PixelsName => _pixels.Name;

    bool ChannelsLast { get; }

    /// <summary>Height and width that the model fixes; null where either is free.</summary>
    public ImageSize? FixedSize => _pixels.Dimensions is [_, var second, var third, var fourth] && (ChannelsLast ? (second, third) : (third, fourth)) is ({ IsFixed: true } h, { IsFixed: true } w)
        ? new((int)h.Length, (int)w.Length) : null;

    /// <exception cref="LabException">No family fits, several do, or what is said contradicts the model.</exception>
    public static ModelUse Of(ModelFacts facts, FamilyOptions? asked = null)
    {
        asked ??= new();
        var config = HuggingFaceConfig.Beside(facts.Path);
        var (family, source) = FamilyOf(facts, asked, config);
        if (!family.Matches(facts))
        {
            throw LabError.BadInput($"{facts.Name} is no model of family {family.Name}, which {source} says: found inputs {string.Join("; ", facts.Inputs)}, outputs {string.Join("; ", facts.Outputs)}; "
                + $"needed {family.Interface}. Name another with --family, or leave it out.");
        }

        var use = new ModelUse(facts, family, source);
        var (labels, picture) = (use.NamesOf(asked, config), use.PictureOf(asked, config));
        return use with { Named = labels, Picture = picture.Options, PictureSource = picture.Source, IsPictureUnknown = picture.Unknown };
    }

    /// <summary>A model that the lab builds from weights.</summary>
    public static ModelUse Own(ModelFamily family, IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs, PreprocessOptions picture) =>
        new(new("The model", inputs, outputs), family, "the lab's own model") { Picture = picture, PictureSource = "the lab's own model" };

    /// <summary>What a picture becomes: a size that the model fixes wins over the user's, that over the model's custom.</summary>
    public PreprocessOptions Preprocessing(DetectorOptions options)
    {
        var resize = options.Size is { } side ? Picture.Resize.WithSide(side) : Picture.Resize;
        if (FixedSize is { } size && resize.Crop != size)
        {
            // Where the mask can say what is padding, the aspect ratio is kept; else no other size fits.
            resize = HasMaskOf(size) ? ResizeRule.Fit(size) : ResizeRule.Exact(size);
        }

        return Picture with { Resize = resize, Threads = options.Threads, PixelsName = _pixels.Name, ChannelsLast = ChannelsLast };
    }

    /// <summary>Shorter side that the model sees by its own custom, pixels.</summary>
    public int Side => Picture.Resize.Side;

    /// <summary>Height and width of the input when a caller wants to run at a size.</summary>
    public ImageSize InputSize(ImageSize wanted) => FixedSize ?? (Family == ModelFamilies.Detr || Picture.Resize == ResizeRule.Detr ? wanted
        : new(Math.Min(wanted.Height, wanted.Width), Math.Min(wanted.Height, wanted.Width)));

    /// <summary>Allocates inputs for a batch of so many images, padded to the canvas; axes that the model fixes are as it says.</summary>
    public TensorSet AllocateInputs(int batch, ImageSize canvas)
    {
        (batch, canvas) = (FixedBatch ?? batch, FixedSize ?? canvas);
        return new([.. _facts.Inputs.Select(spec => new HostTensor(spec.Name, spec.Type, [.. spec.Dimensions.Select((d, axis) => d.IsFixed ? d.Length : LengthOf(spec, axis))]))]);

        long LengthOf(TensorSpec spec, int axis) => axis == 0 ? batch
            : spec == _pixels ? ChannelsLast ? ((long[])[canvas.Height, canvas.Width, 3])[axis - 1] : ((long[])[3, canvas.Height, canvas.Width])[axis - 1]
            : spec.Dimensions.Count == 3 ? axis == 1 ? canvas.Height : canvas.Width
            : 2; // of orig_target_sizes
    }

    /// <summary>As many pictures as the model takes at once: where it takes more than are given, the last is repeated.</summary>
    /// <exception cref="LabException">It takes fewer.</exception>
    internal ReadOnlySpan<RgbImage> Fill(ReadOnlySpan<RgbImage> images)
    {
        if (FixedBatch is not { } batch || batch == images.Length) { return images; }
        if (batch < images.Length) { throw LabError.BadInput($"{_facts.Name} takes {batch} pictures at once, {images.Length} were given. Give so many, or export the model with a free batch."); }
        var all = new RgbImage[batch];
        for (var i = 0; i < batch; i++) { all[i] = images[Math.Min(i, images.Length - 1)]; }
        return all;
    }

    internal void FillOtherInputs(TensorSet inputs, ReadOnlySpan<RgbImage> images) => Family.FillOtherInputs(inputs, images);

    /// <summary>What the labels mean; outputs that were allocated tell how many there are where the file does not.</summary>
    internal LabelMap Labels(TensorSet? outputs) => Named ?? (ClassesOf(outputs) is { } classes ? LabelMap.ForClasses(classes) : LabelMap.Contiguous);

    /// <summary>The name of a label, to show.</summary>
    public string NameOf(int label) => Classes.Name(label);

    /// <summary>The class names, as far as they are known without running the model.</summary>
    public LabelMap Classes => Labels(null);

    /// <summary>What another file of the same model needs to be understood alike, by key; empty where its interface says it all.</summary>
    public IReadOnlyDictionary<string, string> ToMetadata()
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Named is null && FamilySource == ByInterface && PictureSource == CustomOf(Family)) { return metadata; }
        metadata[FamilyKey] = Family.Name;
        if (!IsPictureUnknown) { metadata[PictureKey] = HuggingFaceConfig.Write(Picture); }
        if (Named is { } named)
        {
            metadata[LabelsKey] = JsonSerializer.Serialize(
                Enumerable.Range(0, named.Count).Where(label => named.Find(label) is not null).ToDictionary(label => $"{label}", label => named.Find(label)!.Value.Name), LabJson.OneLine);
        }

        return metadata;
    }

    static string CustomOf(ModelFamily family) => $"the custom of {family.Name}";

    static (ModelFamily Family, string Source) FamilyOf(ModelFacts facts, FamilyOptions asked, HuggingFaceConfig? config)
    {
        if (asked.Family is { } named) { return (ModelFamilies.Get(named), "--family"); }
        if (facts.Metadata.TryGetValue(FamilyKey, out var written)) { return (ModelFamilies.Get(written), "the model's own metadata"); }
        if (facts.Metadata.ContainsKey("detrlab.model")) { return (ModelFamilies.Detr, "the model's own metadata"); } // of exports before families
        // A graph that ends in decoded boxes may lie beside the config.json of the model without them.
        return config?.Family is { } published && published.Matches(facts) ? (published, config.Source) : (ModelFamilies.Of(facts), ByInterface);
    }

    LabelMap? NamesOf(FamilyOptions asked, HuggingFaceConfig? config)
    {
        var classes = ClassesOf(null);
        if (asked.Labels is { } file) { return LabelMap.Of(ClassNames.Read(file, classes), file); }
        if (_facts.Metadata.TryGetValue(LabelsKey, out var json)) { return LabelMap.Of(HuggingFaceConfig.NamesOf(json, "The model's own metadata"), "the model's own metadata"); }
        if (config?.Names is not { Count: > 0 } names || FamilySource == "--family" && config.Family != Family) { return null; }
        return classes is null || names.Keys.Max() < classes ? LabelMap.Of(names, config.Source) : throw LabError.BadInput(
            $"{config.Source} names {names.Count} classes (labels up to {names.Keys.Max()}), {_facts.Name} has {classes}. Lay the config.json of the model itself beside it, or give its names with --labels.");
    }

    (PreprocessOptions Options, string Source, bool Unknown) PictureOf(FamilyOptions asked, HuggingFaceConfig? config)
    {
        var custom = Family.Custom(_facts);
        var (picture, source, unknown) = (custom ?? Imagenet(), CustomOf(Family), custom is null);
        if (_facts.Metadata.TryGetValue(PictureKey, out var json)) { (picture, source, unknown) = (HuggingFaceConfig.Picture(json, "The model's own metadata", picture), "the model's own metadata", false); }
        else if (config?.Picture(picture) is { } published) { (picture, source, unknown) = (published, config.Source, false); }
        if (unknown) { source = "nobody says how; taken as torchvision's"; }
        if (asked.SayPicture)
        {
            var before = picture.Normalization;
            float[] none = [0, 0, 0], one = [1, 1, 1];
            var (mean, deviation) = (asked.Mean ?? (unknown ? none : before.Mean), asked.Deviation ?? (unknown ? one : before.Deviation));
            picture = picture with { Normalization = new([.. mean], [.. deviation], asked.Scale ?? before.Scale), Bgr = asked.Bgr ?? picture.Bgr };
            (source, unknown) = ("options", false);
        }

        if (asked.InputSize is { } size) { picture = picture with { Resize = ResizeRule.Exact(size) }; }
        if (asked.Kernel is { } kernel) { picture = picture with { Kernel = kernel }; }
        return (picture, source, unknown);

        // torchvision's presets: the shorter side to 256, the middle 224x224 of it; or as large as the model says.
        PreprocessOptions Imagenet()
        {
            var seen = FixedSize ?? new ImageSize(224, 224);
            return new() { Resize = ResizeRule.ShorterSide((int)Math.Round(Math.Min(seen.Height, seen.Width) * 256 / 224.0), ResizeRule.LongestSide) with { Crop = seen } };
        }
    }

    bool HasMaskOf(ImageSize size) =>
        _facts.Input(DetrFamily.Mask)?.Dimensions is [_, var height, var width] && (!height.IsFixed || height.Length == size.Height) && (!width.IsFixed || width.Length == size.Width);

    int? ClassesOf(TensorSet? outputs) => Family.Classes(_facts.Outputs) ?? (outputs is null ? null
        : Family.Classes([.. outputs.Select(o => new TensorSpec(o.Name, o.Type, [.. o.Shape.ToArray().Select(length => (Dimension)length)]))]));
}
