namespace DetrPerfLab.Vision;

/// <summary>A C# program of under 60 lines that runs one model on photographs with plain packages, and finds what the lab's own pipeline finds.</summary>
/// <remarks>Photographs become tensors by the same steps: Skia's decoders, the orientation applied, Pillow's filter with its bytes between the two passes.</remarks>
public static class DeployProgram
{
    /// <summary>The program's text.</summary>
    /// <param name="use">What the model is.</param>
    /// <param name="sessionOptions">Statements that set up <c>options</c>, one a line.</param>
    /// <exception cref="LabException">The model asks for something that no short program does; the message says what.</exception>
    public static string Create(ModelUse use, DetectorOptions detector, IEnumerable<string> sessionOptions)
    {
        var picture = use.Preprocessing(detector);
        Require(use, picture);
        var isClassifier = use.Family == ModelFamilies.Classifier;
        return $$"""
            // {{(isClassifier ? "Tells what photographs show" : "Finds objects on photographs")}}: dotnet run -c Release -- photo.jpg …    Made by detrlab optimize for a model of family {{use.Family.Name}}.
            using Microsoft.ML.OnnxRuntime;
            using Microsoft.ML.OnnxRuntime.Tensors;
            using SkiaSharp;

            {{string.Join('\n', sessionOptions)}}
            using var session = new InferenceSession(Path.Combine(AppContext.BaseDirectory, "model.onnx"), options);
            var labels = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "labels.txt"));
            foreach (var file in args)
            {
                var (photo, h0, w0) = Decode(file);
                {{Indented(Size(picture.Resize))}}
                var rgb = h == h0 && w == w0 ? photo : Resize(Resize(photo, h0, w0, w), w, h0, h);
                {{Indented(Tensor(picture))}}
                {{Inputs(use)}}
                using var outputs = session.Run(inputs);
                Tensor<float> Output(string name) => outputs.Single(o => o.Name == name).AsTensor<float>();
                {{Indented(Read(use))}}
            }
            static (byte[] Rgb, int Height, int Width) Decode(string file)
            {
                using var codec = SKCodec.Create(file) ?? throw new InvalidDataException($"{file} is no image.");
                using var stored = SKBitmap.Decode(codec, new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
                var (pixels, turn, r, b) = (stored.Bytes, (int)codec.EncodedOrigin, stored.Width - 1, stored.Height - 1);
                var (height, width) = turn >= 5 ? (r + 1, b + 1) : (b + 1, r + 1); // a camera may store it lying on its side
                var rgb = new byte[height * width * 3];
                for (var (i, y, x) = (0, 0, 0); i < height * width; i++, y = i / width, x = i % width)
                {
                    var (sx, sy) = turn switch { 2 => (r - x, y), 3 => (r - x, b - y), 4 => (x, b - y), 5 => (y, x), 6 => (y, b - x), 7 => (r - y, b - x), 8 => (r - y, x), _ => (x, y) };
                    pixels.AsSpan(((sy * (r + 1)) + sx) * 4, 3).CopyTo(rgb.AsSpan(i * 3));
                }
                return (rgb, height, width);
            }
            static byte[] Resize(byte[] image, int rows, int from, int to) // Pillow's {{picture.Kernel.ToString().ToLowerInvariant()}} filter along the rows, which become columns: twice gives both directions
            {
                var (result, scale, stretch) = (new byte[to * rows * 3], (double)from / to, Math.Max((double)from / to, 1));
                for (var x = 0; x < to; x++)
                {
                    var (center, first) = ((x + 0.5) * scale, Math.Max(0, (int)(((x + 0.5) * scale) - ({{Number(picture.Kernel.Support())}} * stretch) + 0.5)));
                    var weights = Enumerable.Range(first, Math.Min(from, (int)(center + ({{Number(picture.Kernel.Support())}} * stretch) + 0.5)) - first).Select(i => Math.Abs(i + 0.5 - center) / stretch).Select(d => {{Weight(picture.Kernel)}}).ToArray();
                    var whole = weights.Select(k => (int)Math.Round(k / weights.Sum() * (1 << 22), MidpointRounding.AwayFromZero)).ToArray(); // in steps of 2^-22
                    for (var i = 0; i < rows * 3; i++)
                    {
                        var value = 1 << 21;
                        for (var t = 0; t < whole.Length; t++) value += whole[t] * image[(((i / 3 * from) + first + t) * 3) + (i % 3)];
                        result[(x * rows * 3) + i] = (byte)Math.Clamp(value >> 22, 0, 255);
                    }
                }
                return result;
            }

            """;
    }

    static string Weight(ResampleKernel kernel) => kernel == ResampleKernel.Bicubic ? "d < 1 ? (((1.5 * d) - 2.5) * d * d) + 1 : d < 2 ? (((((d - 5) * d) + 8) * d) - 4) * -0.5 : 0" : "Math.Max(0, 1 - d)";

    /// <summary>The names of the labels, a line each; empty lines for labels that stand for nothing.</summary>
    public static string Labels(ModelUse use)
    {
        var classes = use.Classes;
        return string.Concat(Enumerable.Range(0, classes.Count).Select(label => classes.Find(label) is { } named ? named.Name + "\n" : "\n"));
    }

    static void Require(ModelUse use, PreprocessOptions picture)
    {
        var problem = use.FixedBatch is > 1 and var batch ? $"it takes {batch} pictures at once"
            : use.Inputs.Any(i => i.StoredAs is not null) ? $"its input is {use.Inputs.First(i => i.StoredAs is not null)}"
            : picture.Resize.IsFit || picture.Resize.Multiple > 1 ? $"its pictures become {picture.Resize}"
            : picture.Kernel is not (ResampleKernel.Bilinear or ResampleKernel.Bicubic) ? $"its pictures are resized by {picture.Kernel.ToString().ToLowerInvariant()}"
            : null;
        if (problem is not null) { throw LabError.BadInput($"No program of a few lines runs this model: {problem}. Run it with the lab: detrlab detect"); }
    }

    static string Size(ResizeRule rule) => rule.ExactSize is { } exact
        ? $"var (h, w) = ({exact.Height}, {exact.Width});"
        : $"""
            double least = Math.Min(h0, w0), most = Math.Max(h0, w0), side = most / least * {rule.Sides.Shorter} > {rule.Sides.Longest} ? Math.Round({rule.Sides.Longest} * least / most) : {rule.Sides.Shorter};
            var (h, w) = least == side ? (h0, w0) : w0 < h0 ? ((int)(side * h0 / w0), (int)side) : ((int)side, (int)(side * w0 / h0));
            """;

    static string Tensor(PreprocessOptions picture)
    {
        var n = picture.Normalization;
        var scaled = n.Scale == Normalization.UnitScale ? "/ 255f" : $"* {Number(n.Scale)}f";
        var (height, width, pixel) = picture.Resize.Crop is { } crop
            ? ($"{crop.Height}", $"{crop.Width}", $"(((int)Math.Round((h - {crop.Height}) / 2.0) + y) * w) + (int)Math.Round((w - {crop.Width}) / 2.0) + x")
            : ("h", "w", "(y * w) + x");
        return $"""
            float[] mean = [{Join(n.Mean)}], deviation = [{Join(n.Deviation)}];
            var pixels = new DenseTensor<float>([{(picture.ChannelsLast ? $"1, {height}, {width}, 3" : $"1, 3, {height}, {width}")}]);
            for (var y = 0; y < {height}; y++)
                for (var x = 0; x < {width}; x++) for (var c = 0; c < 3; c++) pixels{(picture.ChannelsLast ? "[0, y, x, c]" : "[0, c, y, x]")} = ((rgb[(({pixel}) * 3) + {(picture.Bgr ? "2 - c" : "c")}] {scaled}) - mean[c]) / deviation[c];
            """;
    }

    static string Inputs(ModelUse use)
    {
        var pixels = use.PixelsName;
        var inputs = new List<string> { $"NamedOnnxValue.CreateFromTensor(\"{pixels}\", pixels)" };
        foreach (var other in use.Inputs.Where(i => i.Name != pixels))
        {
            var (type, one) = other.Type == ElementType.Int64 ? ("long", "1L") : ("float", "1f");
            inputs.Add(other.Dimensions.Count == 3
                ? $"NamedOnnxValue.CreateFromTensor(\"{other.Name}\", new DenseTensor<{type}>(Enumerable.Repeat({one}, h * w).ToArray(), [1, h, w]))"
                : $"NamedOnnxValue.CreateFromTensor(\"{other.Name}\", new DenseTensor<{type}>(new {type}[] {{ w0, h0 }}, [1, 2]))");
        }

        return $"NamedOnnxValue[] inputs = [{string.Join(", ", inputs)}];";
    }

    static string Read(ModelUse use)
    {
        const string Line = """Console.WriteLine(FormattableString.Invariant($"{labels[d.Label].Replace(' ', '_')} {Math.Clamp(d.X1, 0, w0):F1} {Math.Clamp(d.Y1, 0, h0):F1} {Math.Clamp(d.X2, 0, w0):F1} {Math.Clamp(d.Y2, 0, h0):F1} {d.Score:F4}"));""";
        if (use.Family == ModelFamilies.Classifier)
        {
            return $$"""
                var scores = Output("{{ClassifierFamily.ScoresOf(use.Outputs)!.Name}}").ToArray();
                if (scores.Any(s => s is < 0 or > 1) || Math.Abs(scores.Sum() - 1) > 1e-3) scores = [.. scores.Select(s => MathF.Exp(s - scores.Max()))];
                foreach (var (score, label) in scores.Select((s, i) => (s / scores.Sum(), i)).OrderByDescending(s => s.Item1).Take(5)) Console.WriteLine(FormattableString.Invariant($"{score:F4} {(label < labels.Length ? labels[label] : $"class {label}")}"));
                """;
        }

        if (use.Family == ModelFamilies.Deim)
        {
            return $$"""
                var (scores, boxes, names) = (Output("scores"), Output("boxes"), outputs.Single(o => o.Name == "labels").AsTensor<long>());
                var found = Enumerable.Range(0, scores.Dimensions[1]).Select(q => (Label: (int)names[0, q], Score: scores[0, q], X1: boxes[0, q, 0], Y1: boxes[0, q, 1], X2: boxes[0, q, 2], Y2: boxes[0, q, 3]));
                foreach (var d in found.Where(d => d.Score >= 0.7f).OrderByDescending(d => d.Score)) {{Line}}
                """;
        }

        var (logits, fractions) = use.Family == ModelFamilies.RfDetr ? ("labels", "dets") : (DetrFamily.Logits, DetrFamily.Boxes);
        var scored = use.Family == ModelFamilies.Detr // of each query its best class; the last is "no object"
            ? """
                let e = Enumerable.Range(0, logits.Dimensions[2]).Select(c => MathF.Exp(logits[0, q, c])).ToArray() let c = Array.IndexOf(e, e[..^1].Max()) let score = e[c] / e.Sum()
                """
            : """
                from c in Enumerable.Range(0, logits.Dimensions[2]) let score = 1 / (1 + MathF.Exp(-logits[0, q, c]))
                """;
        return $$"""
            var (logits, boxes) = (Output("{{logits}}"), Output("{{fractions}}"));
            var found = (from q in Enumerable.Range(0, logits.Dimensions[1])
                         {{scored}} orderby score descending let box = Enumerable.Range(0, 4).Select(i => boxes[0, q, i] * (i % 2 == 0 ? w0 : h0)).ToArray()
                         select (Label: c, Score: score, X1: box[0] - (box[2] / 2), Y1: box[1] - (box[3] / 2), X2: box[0] + (box[2] / 2), Y2: box[1] + (box[3] / 2))).Take(logits.Dimensions[1]);
            foreach (var d in found.TakeWhile(d => d.Score >= 0.7f)) {{Line}}
            """;
    }

    static string Indented(string lines) => lines.ReplaceLineEndings("\n    ");

    static string Number(double value) => value.ToString("0.################", CultureInfo.InvariantCulture);

    static string Join(IReadOnlyList<float> values) => string.Join(", ", values.Select(v => v.ToString("R", CultureInfo.InvariantCulture) + "f"));
}
