using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>DETR as a sequence of TorchSharp calls.</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/detr.py, DETR.forward, without the auxiliary outputs of training.</remarks>
sealed class EagerDetr : IDisposable
{
    readonly WeightLoader _weights;
    readonly EagerOptions _options;
    readonly ResNet _backbone;
    readonly Tensor _projectionFilter;
    readonly Tensor _projectionBias;
    readonly SinePositionEncoding _positionEncoding;
    readonly Transformer _transformer;
    readonly Linear _classHead;
    readonly Linear[] _boxHead;

    internal EagerDetr(WeightStore weights, EagerOptions options)
    {
        _options = options;
        _weights = new(weights, options);
        try
        {
            _backbone = new(_weights, weights.Config.Backbone);
            _projectionFilter = _weights.LoadFilter("input_proj.weight");
            _projectionBias = _weights.Load("input_proj.bias");
            _positionEncoding = new(_weights);
            _transformer = new(_weights);
            _classHead = _weights.LoadLinear("class_embed");
            _boxHead = [.. Enumerable.Range(0, weights.Config.BoxHeadLayers).Select(i => _weights.LoadLinear($"bbox_embed.layers.{i}"))];
        }
        catch
        {
            _weights.Dispose();
            throw;
        }
    }

    /// <summary>Called with inner tensors under their names in a parity manifest; they live only during the call.</summary>
    internal Action<string, Tensor>? OnStage { get; set; }

    /// <summary>
    /// Images float32 [N, 3, H, W], normalised, and mask int64 [N, H, W], 1 = image, to float32 logits [N, Q, C + 1] and boxes [N, Q, 4].
    /// <paramref name="onModule"/> is called with a module's name when its last operator has been given to libtorch.
    /// </summary>
    internal (Tensor Logits, Tensor Boxes) Forward(Tensor pixelValues, Tensor pixelMask, Action<string>? onModule = null)
    {
        using var scope = NewDisposeScope();
        var features = _backbone.Forward(_options.Arrange(pixelValues), onModule);
        OnStage?.Invoke("backbone_feature", features);
        var mask = Resize(pixelMask, features);
        var position = _positionEncoding.Forward(mask);
        OnStage?.Invoke("position_encoding", position);
        onModule?.Invoke("position");
        var source = nn.functional.conv2d(features, _projectionFilter, _projectionBias);
        onModule?.Invoke("input_proj");
        var (objects, memory) = _transformer.Forward(source, position.to(_options.DataType), mask, onModule);
        if (OnStage is { } report) { report("encoder_memory", memory.permute(1, 2, 0).reshape(source.shape)); }
        var (logits, boxes) = (_classHead.Forward(objects).to(ScalarType.Float32), Boxes(objects));
        onModule?.Invoke("heads");
        return scope.MoveToOuter(logits, boxes);
    }

    public void Dispose() => _weights.Dispose();

    /// <summary>The padding mask, int64 [N, H, W], at the resolution of the features [N, C, h, w]: by nearest neighbour, as the original does it.</summary>
    static Tensor Resize(Tensor mask, Tensor features)
    {
        using var scope = NewDisposeScope();
        var images = mask.unsqueeze(1).to(ScalarType.Float32);
        return nn.functional.interpolate(images, size: features.shape[2..]).squeeze(1).to(ScalarType.Int64).MoveToOuterDisposeScope();
    }

    Tensor Boxes(Tensor objects)
    {
        var hidden = objects;
        foreach (var layer in _boxHead.AsSpan(0, _boxHead.Length - 1)) { hidden = layer.Forward(hidden).relu(); }
        return _boxHead[^1].Forward(hidden).to(ScalarType.Float32).sigmoid();
    }
}
