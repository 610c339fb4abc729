using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Our own classifier as the TorchScript archive that <see cref="ClassifierScript"/> writes.</summary>
sealed class ScriptedClassifier(EngineInfo info, jit.ScriptModule module, ModelConfig config, int threads) : TorchEngine(info, config.Inputs, config.Outputs, threads, gradients: false)
{
    readonly object[] _arguments = new object[1];

    /// <summary>Opens an archive that was checked when it was made.</summary>
    internal static ScriptedClassifier Open(string variant, string path, ModelConfig config, TorchScriptRecipe recipe, int threads) => TorchScriptEngine.Read(
        path, module => new ScriptedClassifier(Describe(variant, threads, TorchScriptEngine.Facts(recipe, "all but the head of a ViT")), module, config, threads));

    public override void Dispose()
    {
        base.Dispose();
        using var scope = NewDisposeScope(); // TorchSharp wraps each of the module's tensors, and leaves them to the finalizer
        module.Dispose();
    }

    private protected override void Forward(TorchBinding binding)
    {
        _arguments[0] = binding.Input(0);
        Give((Tensor)module.forward(_arguments), binding.Output(0));
    }
}
