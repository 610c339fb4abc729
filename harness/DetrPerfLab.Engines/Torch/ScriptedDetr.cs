using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Our own DETR as the TorchScript archive that <see cref="DetrScript"/> writes.</summary>
sealed class ScriptedDetr(EngineInfo info, jit.ScriptModule module, IReadOnlyList<TensorSpec> outputs, int threads)
    : TorchScriptEngine(info, module, inputCount: 2, outputs, threads), IModuleTimedEngine
{
    /// <summary>Opens an archive that was checked when it was made.</summary>
    internal static ScriptedDetr Open(string variant, string path, ModelConfig config, TorchScriptRecipe recipe, int threads) =>
        Read(path, module => new ScriptedDetr(Describe(variant, threads, Facts(recipe, "those of the transformer")), module, config.Outputs, threads));

    /// <summary>For times the parts are called one by one, so that what the interpreter could fuse across them is not.</summary>
    private protected override (Tensor Logits, Tensor Boxes) Forward(Tensor pixelValues, Tensor pixelMask)
    {
        if (!IsTimed) { return base.Forward(pixelValues, pixelMask); }
        var x = (Tensor)Part("backbone.stem", "stem", pixelValues);
        foreach (var stage in DetrScript.Stages) { x = (Tensor)Part($"backbone.{stage}", stage, x); }
        var (position, bias) = ((Tensor, Tensor))Part("position", "position", pixelMask, x);
        x = (Tensor)Part("input_proj", "input_proj", x);
        x = (Tensor)Part("encoder", "encoder", x, position, bias);
        x = (Tensor)Part("decoder", "decoder", x, position, bias);
        return ((Tensor, Tensor))Part("heads", "heads", x);
    }

    // Never without arguments: TorchSharp 0.107.0 hands a method that takes none a block of no bytes, which its result then overflows.
    object Part(string name, string method, params object[] arguments)
    {
        var result = Module.invoke(method, arguments);
        EndPart(name);
        return result;
    }
}
