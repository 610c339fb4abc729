using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DetrPerfLab.Training;

/// <summary>What one layer of the decoder says of a batch: logits [N, G * Q, C + 1] before softmax, boxes [N, G * Q, 4] (cx, cy, w, h) in fractions of the picture.</summary>
readonly record struct LayerOutputs(Tensor Logits, Tensor Boxes);

/// <summary>Of every decoder layer, the last last; and what the encoder gives them, [N, S, hidden].</summary>
/// <param name="Dense">What each place of the encoder's map says by itself, as a layer of S queries; null where none is asked.</param>
readonly record struct DetrOutputs(IReadOnlyList<LayerOutputs> Layers, Tensor Memory, LayerOutputs? Dense);

/// <summary>A DETR with gradients under the official names of its weights: batch norms that learn, the outputs of every decoder layer, several groups of queries.</summary>
/// <remarks>
/// Source: facebookresearch/detr@29901c5, models/. Groups: each has queries of its own, which see the picture and each other but no other group, and each is matched with all things; at
/// inference the first alone is left. Source: Chen et al., "Group DETR", arXiv:2207.13085. Each place of the encoder's map answers for itself, too, so that backbone and encoder learn
/// before the decoder can show them what; that head is not kept. Source: Zong et al., "Co-DETR", arXiv:2211.12860. Pictures of one batch have one size, so nothing is masked.
/// </remarks>
sealed class TrainableDetr : IDisposable
{
    const double Momentum = 0.1, Epsilon = 1e-5;
    const string Queries = "query_embed.weight";
    const string DenseClass = "dense.class", DenseBox = "dense.box";

    readonly DetrConfig _config;
    readonly int _groups;
    readonly Dictionary<string, Parameter> _parameters = new(StringComparer.Ordinal);
    readonly Dictionary<string, Tensor> _statistics = new(StringComparer.Ordinal); // of batch norms
    readonly float[] _wavelengths;

    /// <summary>Weights drawn as the original draws them, from the lab's own numbers: a seed gives the same on every machine.</summary>
    internal TrainableDetr(DetrConfig config, int groups, ulong seed)
        : this(config, groups, (index, spec) => WeightDraw.Of(spec, DeterministicRandom.Stream(seed, index))) => AddDense(seed);

    /// <summary>Goes on from weights. They have one group of queries, and others begin near it; the head of each place is drawn.</summary>
    internal TrainableDetr(WeightStore weights, int groups, ulong seed)
        : this(weights.Config, groups, (index, spec) => spec.Name == Queries ? Near(weights[Queries].Data, WeightDraw.Of(spec, DeterministicRandom.Stream(seed, index))) : weights[spec.Name].Data) => AddDense(seed);

    /// <summary>As the weights are, to be looked at or learnt from.</summary>
    internal TrainableDetr(WeightStore weights)
        : this(weights.Config, 1, (_, spec) => weights[spec.Name].Data)
    {
    }

    TrainableDetr(DetrConfig config, int groups, Func<int, WeightSpec, float[]> values)
    {
        (_config, _groups, _wavelengths) = (config, groups, config.PositionWavelengths());
        foreach (var (index, spec) in config.Describe().Index())
        {
            var grouped = spec.Name == Queries ? new(Queries, [spec.Shape[0] * groups, spec.Shape[1]]) : spec;
            Add(grouped, values(index, grouped));
        }
    }

    /// <summary>Groups of equal queries would learn the same.</summary>
    static float[] Near(float[] own, float[] drawn)
    {
        const float Distance = 0.2f;
        return [.. drawn.Select((noise, i) => own[i % own.Length] + (i < own.Length ? 0 : Distance * noise))];
    }

    void AddDense(ulong seed)
    {
        foreach (var (index, (name, outputs)) in new[] { (DenseClass, _config.Classes + 1), (DenseBox, 4) }.Index())
        {
            Add(new($"{name}.weight", [outputs, _config.HiddenDim]), WeightDraw.Of(new($"{name}.weight", [outputs, _config.HiddenDim]), DeterministicRandom.Stream(seed, 1_000_000 + index)));
            Add(new($"{name}.bias", [outputs]), new float[outputs]);
        }
    }

    void Add(WeightSpec spec, float[] data)
    {
        var value = tensor(data, [.. spec.Shape]);
        value.DetachFromDisposeScope();
        if (IsStatistic(spec.Name)) { _statistics[spec.Name] = value; }
        else { _parameters[spec.Name] = new Parameter(value, requires_grad: true); }
    }

    /// <summary>What is learnt, by name, in the order of the official state dict.</summary>
    internal IReadOnlyDictionary<string, Parameter> Parameters => _parameters;

    /// <summary>What batch norms have seen, by name.</summary>
    internal IReadOnlyDictionary<string, Tensor> Statistics => _statistics;

    internal static bool IsStatistic(string name) => name.EndsWith("running_mean", StringComparison.Ordinal) || name.EndsWith("running_var", StringComparison.Ordinal);

    /// <summary>Of pictures float32 [N, 3, H, W], normalised.</summary>
    /// <param name="remember">Where batch norms, which take this batch's statistics then, remember them, by name; null: they take what they remember.</param>
    internal DetrOutputs Forward(Tensor pictures, IReadOnlyDictionary<string, Tensor>? remember = null)
    {
        var learns = remember is not null;
        using var scope = NewDisposeScope();
        // While it learns, the backbone computes in bfloat16, channels innermost: half as long where the processor has its instructions. Weights, norms' statistics and all else stay float32.
        var features = learns ? Backbone(pictures.to(ScalarType.BFloat16).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2), remember).to(ScalarType.Float32) : Backbone(pictures, remember);
        var source = nn.functional.conv2d(features, W("input_proj.weight"), W("input_proj.bias"));
        var position = Position((int)source.shape[2], (int)source.shape[3]); // [1, S, hidden]
        var memory = source.flatten(2).transpose(1, 2); // [N, S, hidden]
        for (var i = 0; i < _config.EncoderLayers; i++) { memory = EncoderLayer($"transformer.encoder.layers.{i}", memory, position); }
        var results = new List<LayerOutputs>();
        var batch = pictures.shape[0];
        var placed = W(Queries).unsqueeze(0).expand(batch, -1, -1); // [N, G * Q, hidden]
        var (target, keys) = (placed.zeros_like(), memory + position);
        for (var i = 0; i < _config.DecoderLayers; i++)
        {
            target = DecoderLayer($"transformer.decoder.layers.{i}", target, placed, keys, memory);
            var objects = Norm("transformer.decoder.norm", target);
            var boxes = objects;
            for (var layer = 0; layer < _config.BoxHeadLayers; layer++)
            {
                boxes = Linear($"bbox_embed.layers.{layer}", boxes);
                boxes = layer + 1 < _config.BoxHeadLayers ? boxes.relu() : boxes.sigmoid();
            }

            results.Add(new(Linear("class_embed", objects).MoveToOuterDisposeScope(), boxes.MoveToOuterDisposeScope()));
        }

        LayerOutputs? dense = learns && _parameters.ContainsKey($"{DenseClass}.weight")
            ? new(Linear(DenseClass, memory + position).MoveToOuterDisposeScope(), Linear(DenseBox, memory + position).sigmoid().MoveToOuterDisposeScope())
            : null;
        return new(results, memory.MoveToOuterDisposeScope(), dense);
    }

    /// <summary>The weights as a checkpoint holds them: the first group's queries alone.</summary>
    /// <param name="of">Values by name, for example a running mean of them.</param>
    internal WeightStore ToStore(Func<string, Tensor> of, string source)
    {
        using var scope = NewDisposeScope();
        var tensors = _config.Describe().Select(spec => new WeightTensor(spec.Name, spec.Shape, [.. (spec.Name == Queries ? of(Queries).slice(0, 0, _config.Queries, 1) : of(spec.Name)).contiguous().data<float>()])).ToList();
        return new(_config, tensors, source, WeightHash.Of(tensors));
    }

    internal Tensor ValueOf(string name) => _statistics.TryGetValue(name, out var statistic) ? statistic : _parameters[name];

    public void Dispose()
    {
        foreach (var parameter in _parameters.Values) { parameter.Dispose(); }
        foreach (var statistic in _statistics.Values) { statistic.Dispose(); }
    }

    Tensor W(string name) => _parameters[name];

    Tensor Backbone(Tensor pictures, IReadOnlyDictionary<string, Tensor>? remember)
    {
        var shape = _config.Backbone;
        var x = nn.functional.max_pool2d(Convolve(shape.Stem, pictures, remember).relu(), [3, 3], [2, 2], [1, 1]);
        foreach (var block in shape.Blocks())
        {
            var path = x;
            foreach (var (index, convolution) in block.Path.Index()) { path = Convolve(convolution, index == 0 ? path : path.relu(), remember); }
            x = (path + (block.Shortcut is { } shortcut ? Convolve(shortcut, x, remember) : x)).relu();
        }

        return x;
    }

    Tensor Convolve(BackboneConvolution shape, Tensor x, IReadOnlyDictionary<string, Tensor>? remember)
    {
        var statistics = remember ?? _statistics;
        var padding = (long)shape.Dilation * (shape.Kernel / 2);
        x = nn.functional.conv2d(x, W($"{shape.Name}.weight").to(x.dtype), null, [shape.Stride, shape.Stride], [padding, padding], [shape.Dilation, shape.Dilation]);
        return nn.functional.batch_norm(x, statistics[$"{shape.Norm}.running_mean"], statistics[$"{shape.Norm}.running_var"], W($"{shape.Norm}.weight"), W($"{shape.Norm}.bias"), remember is not null, Momentum, Epsilon);
    }

    Tensor EncoderLayer(string name, Tensor x, Tensor position)
    {
        var placed = x + position;
        x = Norm($"{name}.norm1", x + Attention($"{name}.self_attn", placed, placed, x));
        return Norm($"{name}.norm2", x + FeedForward(name, x));
    }

    Tensor DecoderLayer(string name, Tensor x, Tensor queries, Tensor keys, Tensor memory)
    {
        // For each other, groups are pictures of their own, so that none sees another.
        var (apart, placed) = (Apart(x), Apart(x + queries));
        x = Norm($"{name}.norm1", x + Attention($"{name}.self_attn", placed, placed, apart).reshape(x.shape));
        x = Norm($"{name}.norm2", x + Attention($"{name}.multihead_attn", x + queries, keys, memory));
        return Norm($"{name}.norm3", x + FeedForward(name, x));
    }

    /// <summary>[N, G * Q, hidden] as [N * G, Q, hidden].</summary>
    Tensor Apart(Tensor x) => x.reshape(x.shape[0] * _groups, _config.Queries, _config.HiddenDim);

    /// <summary>Query [N, L, hidden], key and value [N, S, hidden]; the three projections lie in one matrix.</summary>
    Tensor Attention(string name, Tensor query, Tensor key, Tensor value)
    {
        var (hidden, heads) = (_config.HiddenDim, _config.Heads);
        Tensor Project(Tensor x, int part) => Split(nn.functional.linear(x, W($"{name}.in_proj_weight").narrow(0, part * hidden, hidden), W($"{name}.in_proj_bias").narrow(0, part * hidden, hidden)));
        Tensor Split(Tensor x) => x.reshape(x.shape[0], x.shape[1], heads, hidden / heads).transpose(1, 2); // [N, heads, L, width]
        var attended = nn.functional.scaled_dot_product_attention(Project(query, 0), Project(key, 1), Project(value, 2));
        return Linear($"{name}.out_proj", attended.transpose(1, 2).reshape(query.shape[0], query.shape[1], hidden));
    }

    Tensor FeedForward(string name, Tensor x) => Linear($"{name}.linear2", Linear($"{name}.linear1", x).relu());

    Tensor Linear(string name, Tensor x) => nn.functional.linear(x, W($"{name}.weight"), W($"{name}.bias"));

    Tensor Norm(string name, Tensor x) => nn.functional.layer_norm(x, [_config.HiddenDim], W($"{name}.weight"), W($"{name}.bias"), Epsilon);

    /// <summary>[1, h * w, hidden]: first half rows, second half columns, as the eager model encodes a picture without padding.</summary>
    Tensor Position(int height, int width)
    {
        var half = _wavelengths.Length;
        var data = new float[height * width * 2 * half];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var place = data.AsSpan(((y * width) + x) * 2 * half, 2 * half);
                Encode(place[..half], (y + 1) / (height + 1e-6f));
                Encode(place[half..], (x + 1) / (width + 1e-6f));
            }
        }

        return tensor(data, [1, height * width, 2 * half]);

        void Encode(Span<float> into, float share)
        {
            for (var i = 0; i < half; i++)
            {
                var angle = share * 2 * MathF.PI / _wavelengths[i];
                into[i] = i % 2 == 0 ? MathF.Sin(angle) : MathF.Cos(angle);
            }
        }
    }
}
