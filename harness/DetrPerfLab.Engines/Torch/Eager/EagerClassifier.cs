using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>A classifier as a sequence of TorchSharp calls: images float32 [N, 3, H, W] to float32 logits [N, C].</summary>
abstract class EagerClassifier(WeightLoader weights) : IDisposable
{
    internal static EagerClassifier Of(WeightStore store, EagerOptions options)
    {
        var weights = new WeightLoader(store, options);
        try
        {
            return store.Model switch
            {
                ResNetConfig resnet => new EagerResNet(weights, resnet, options),
                VitConfig vit => new EagerVit(weights, vit, options),
                var other => throw LabError.BadInput($"'{other.Name}' has no eager form. Name a DETR, a ResNet or a ViT: detrlab models list"),
            };
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    internal abstract Tensor Forward(Tensor images, Action<string>? onModule);

    public void Dispose() => weights.Dispose();
}

/// <summary>ResNet: the stages, the mean over the image, one linear layer.</summary>
/// <remarks>Source: pytorch/vision 0.14, torchvision/models/resnet.py.</remarks>
sealed class EagerResNet(WeightLoader weights, ResNetConfig config, EagerOptions options) : EagerClassifier(weights)
{
    readonly ResNet _body = new(weights, config.Shape);
    readonly Linear _head = weights.LoadLinear("fc");

    internal override Tensor Forward(Tensor images, Action<string>? onModule)
    {
        using var features = _body.Forward(options.Arrange(images), onModule);
        var logits = _head.Forward(features.mean([2, 3])).to(ScalarType.Float32);
        onModule?.Invoke("head");
        return logits;
    }
}

/// <summary>Vision transformer: patches and a class token, pre-norm layers, one linear layer on the class token.</summary>
/// <remarks>Source: pytorch/vision 0.14, torchvision/models/vision_transformer.py; positions of other grids as its interpolate_embeddings makes them.</remarks>
sealed class EagerVit : EagerClassifier
{
    readonly VitConfig _config;
    readonly EagerOptions _options;
    readonly Tensor _patchFilter, _patchBias, _classToken, _positions;
    readonly EagerVitLayer[] _layers;
    readonly LayerNorm _norm;
    readonly Linear _head;

    internal EagerVit(WeightLoader weights, VitConfig config, EagerOptions options)
        : base(weights)
    {
        (_config, _options) = (config, options);
        (_patchFilter, _patchBias) = (weights.LoadFilter("conv_proj.weight"), weights.Load("conv_proj.bias"));
        (_classToken, _positions) = (weights.Load("class_token"), weights.Load("encoder.pos_embedding"));
        _layers = [.. Enumerable.Range(0, config.Layers).Select(i => new EagerVitLayer(weights, VitConfig.Layer(i), config))];
        _norm = new(weights, "encoder.ln", config.Hidden, config.NormEpsilon);
        _head = weights.LoadLinear("heads.head");
    }

    internal override Tensor Forward(Tensor images, Action<string>? onModule)
    {
        using var scope = NewDisposeScope();
        var patches = nn.functional.conv2d(_options.Arrange(images), _patchFilter, _patchBias, [_config.Patch, _config.Patch]);
        var tokens = patches.flatten(2).transpose(1, 2); // [N, patches, hidden]
        var x = cat([_classToken.expand(images.shape[0], -1, -1), tokens], 1) + PositionsOf(patches.shape[2], patches.shape[3]);
        x = x.transpose(0, 1); // sequences come first
        onModule?.Invoke("embeddings");
        for (var i = 0; i < _layers.Length; i++)
        {
            x = _layers[i].Forward(x);
            onModule?.Invoke($"encoder.{i}");
        }

        var logits = _head.Forward(_norm.Forward(x)[0]).to(ScalarType.Float32);
        onModule?.Invoke("head");
        return logits.MoveToOuterDisposeScope();
    }

    Tensor PositionsOf(long rows, long columns)
    {
        if (rows == _config.Grid && columns == _config.Grid) { return _positions; }
        var grid = _positions.narrow(1, 1, _config.Grid * _config.Grid).transpose(1, 2).reshape(1, _config.Hidden, _config.Grid, _config.Grid);
        var resized = nn.functional.interpolate(grid, [rows, columns], mode: InterpolationMode.Bicubic, align_corners: true);
        return cat([_positions.narrow(1, 0, 1), resized.flatten(2).transpose(1, 2)], 1);
    }
}

/// <summary>Attention and feed-forward, each on its normalised input and added to it ("pre-norm").</summary>
sealed class EagerVitLayer(WeightLoader weights, string name, VitConfig config)
{
    readonly LayerNorm _norm1 = new(weights, $"{name}.ln_1", config.Hidden, config.NormEpsilon), _norm2 = new(weights, $"{name}.ln_2", config.Hidden, config.NormEpsilon);
    readonly MultiHeadAttention _attention = new(weights, $"{name}.self_attention", config.Heads, config.Hidden);
    readonly Linear _expand = weights.LoadLinear($"{name}.mlp.0"), _contract = weights.LoadLinear($"{name}.mlp.3");

    internal Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var normed = _norm1.Forward(x);
        x = x + _attention.Forward(normed, normed, normed, bias: null);
        return (x + _contract.Forward(nn.functional.gelu(_expand.Forward(_norm2.Forward(x))))).MoveToOuterDisposeScope();
    }
}

/// <summary>Runs it as an engine.</summary>
sealed class EagerClassifierEngine(EngineInfo info, EagerClassifier model, ModelConfig config, int threads, bool gradients)
    : TorchEngine(info, config.Inputs, config.Outputs, threads, gradients), IModuleTimedEngine
{
    private protected override void Forward(TorchBinding binding) => Give(model.Forward(binding.Input(0), IsTimed ? EndPart : null), binding.Output(0));

    public override void Dispose()
    {
        base.Dispose();
        model.Dispose();
    }
}
