using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DetrPerfLab.Training;

/// <summary>What one layer of the decoder says of a batch: logits [N, G * Q, C + 1] before softmax, boxes [N, G * Q, 4] (cx, cy, w, h) in fractions of the picture.</summary>
readonly record struct LayerOutputs(Tensor Logits, Tensor Boxes);

/// <summary>A DETR with gradients under the official names of its weights: batch norms that learn, the outputs of every decoder layer, several groups of queries.</summary>
/// <remarks>
/// Source: facebookresearch/detr@29901c5, models/. Groups: each has queries of its own, which see the picture and each other but no other group, and each is matched with all things; at
/// inference the first alone is left. Source: Chen et al., "Group DETR", arXiv:2207.13085. Pictures of one batch have one size, so nothing is masked.
/// </remarks>
sealed class TrainableDetr : IDisposable
{
    const double Momentum = 0.1, Epsilon = 1e-5;
    const string Queries = "query_embed.weight";

    readonly DetrConfig _config;
    readonly int _groups;
    readonly Dictionary<string, Parameter> _parameters = new(StringComparer.Ordinal);
    readonly Dictionary<string, Tensor> _statistics = new(StringComparer.Ordinal); // of batch norms
    readonly float[] _wavelengths;

    /// <summary>Weights drawn as the original draws them, from the lab's own numbers: a seed gives the same on every machine.</summary>
    internal TrainableDetr(DetrConfig config, int groups, ulong seed)
    {
        (_config, _groups, _wavelengths) = (config, groups, config.PositionWavelengths());
        foreach (var (index, spec) in config.Describe().Index())
        {
            var shape = spec.Name == Queries ? [spec.Shape[0] * groups, spec.Shape[1]] : spec.Shape.ToArray();
            var data = WeightDraw.Of(new WeightSpec(spec.Name, shape), DeterministicRandom.Stream(seed, index));
            var value = tensor(data, shape);
            value.DetachFromDisposeScope();
            if (IsStatistic(spec.Name)) { _statistics[spec.Name] = value; }
            else { _parameters[spec.Name] = new Parameter(value, requires_grad: true); }
        }
    }

    /// <summary>What is learnt, by name, in the order of the official state dict.</summary>
    internal IReadOnlyDictionary<string, Parameter> Parameters => _parameters;

    /// <summary>What batch norms have seen, by name.</summary>
    internal IReadOnlyDictionary<string, Tensor> Statistics => _statistics;

    internal static bool IsStatistic(string name) => name.EndsWith("running_mean", StringComparison.Ordinal) || name.EndsWith("running_var", StringComparison.Ordinal);

    /// <summary>Pictures float32 [N, 3, H, W], normalised; a result a decoder layer, the last last.</summary>
    /// <param name="learns">Whether batch norms take this batch's statistics and remember them.</param>
    internal IReadOnlyList<LayerOutputs> Forward(Tensor pictures, bool learns)
    {
        using var scope = NewDisposeScope();
        var features = Backbone(pictures, learns);
        var source = nn.functional.conv2d(features, W("input_proj.weight"), W("input_proj.bias"));
        var position = Position((int)source.shape[2], (int)source.shape[3]); // [1, S, hidden]
        var memory = source.flatten(2).transpose(1, 2); // [N, S, hidden]
        for (var i = 0; i < _config.EncoderLayers; i++) { memory = EncoderLayer($"transformer.encoder.layers.{i}", memory, position); }
        var results = new List<LayerOutputs>();
        var (batch, queries) = (pictures.shape[0], (long)_config.Queries);
        // Groups become pictures of their own: [N * G, Q, hidden], so that none sees another.
        var placed = W(Queries).reshape(1, _groups, queries, _config.HiddenDim).expand(batch, -1, -1, -1).reshape(batch * _groups, queries, _config.HiddenDim);
        var shared = memory.repeat_interleave(_groups, 0);
        var (target, keys) = (placed.zeros_like(), shared + position);
        for (var i = 0; i < _config.DecoderLayers; i++)
        {
            target = DecoderLayer($"transformer.decoder.layers.{i}", target, placed, keys, shared);
            var objects = Norm("transformer.decoder.norm", target);
            var boxes = objects;
            for (var layer = 0; layer < _config.BoxHeadLayers; layer++)
            {
                boxes = Linear($"bbox_embed.layers.{layer}", boxes);
                boxes = layer + 1 < _config.BoxHeadLayers ? boxes.relu() : boxes.sigmoid();
            }

            results.Add(new(Linear("class_embed", objects).reshape(batch, _groups * queries, -1).MoveToOuterDisposeScope(), boxes.reshape(batch, _groups * queries, 4).MoveToOuterDisposeScope()));
        }

        return results;
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

    Tensor Backbone(Tensor pictures, bool learns)
    {
        var shape = _config.Backbone;
        var x = nn.functional.max_pool2d(Convolve(shape.Stem, pictures, learns).relu(), [3, 3], [2, 2], [1, 1]);
        foreach (var block in shape.Blocks())
        {
            var path = x;
            foreach (var (index, convolution) in block.Path.Index()) { path = Convolve(convolution, index == 0 ? path : path.relu(), learns); }
            x = (path + (block.Shortcut is { } shortcut ? Convolve(shortcut, x, learns) : x)).relu();
        }

        return x;
    }

    Tensor Convolve(BackboneConvolution shape, Tensor x, bool learns)
    {
        var padding = (long)shape.Dilation * (shape.Kernel / 2);
        x = nn.functional.conv2d(x, W($"{shape.Name}.weight"), null, [shape.Stride, shape.Stride], [padding, padding], [shape.Dilation, shape.Dilation]);
        return nn.functional.batch_norm(x, _statistics[$"{shape.Norm}.running_mean"], _statistics[$"{shape.Norm}.running_var"], W($"{shape.Norm}.weight"), W($"{shape.Norm}.bias"), learns, Momentum, Epsilon);
    }

    Tensor EncoderLayer(string name, Tensor x, Tensor position)
    {
        var placed = x + position;
        x = Norm($"{name}.norm1", x + Attention($"{name}.self_attn", placed, placed, x));
        return Norm($"{name}.norm2", x + FeedForward(name, x));
    }

    Tensor DecoderLayer(string name, Tensor x, Tensor queries, Tensor keys, Tensor memory)
    {
        var placed = x + queries;
        x = Norm($"{name}.norm1", x + Attention($"{name}.self_attn", placed, placed, x));
        x = Norm($"{name}.norm2", x + Attention($"{name}.multihead_attn", x + queries, keys, memory));
        return Norm($"{name}.norm3", x + FeedForward(name, x));
    }

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
