using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Engines;

/// <summary>How one kind of model file is made; the file's name starts with the recipe's.</summary>
public abstract record ArtefactRecipe(string Name, string Extension)
{
    /// <summary>The file that needs no building, where the model has one; null otherwise.</summary>
    public Func<VariantModel, Artefact?> Ready { get; init; } = _ => null;
    public bool IsCalibrated { get; init; }

    /// <summary>When it throws, there is no file.</summary>
    internal abstract void Write(RecipeInputs inputs, string path);
}

/// <summary>What a recipe may use: the model, the file of another recipe for it (built if need be), and where to report (done, of all).</summary>
public sealed record RecipeInputs(VariantModel Model, Func<ArtefactRecipe, Artefact> Artefact, Action<long, long> Progress);

/// <summary>An ONNX file.</summary>
public sealed record OnnxRecipe(string Name, Func<RecipeInputs, ModelProto> Build) : ArtefactRecipe(Name, "onnx")
{
    internal override void Write(RecipeInputs inputs, string path) => OnnxFile.Save(Build(inputs), path);
}

/// <summary>A TorchScript archive; the precision is that of float layers, or of the transformer's linear layers.</summary>
public sealed record TorchScriptRecipe(string Name, ScriptPrecision Precision) : ArtefactRecipe(Name, "pt")
{
    /// <summary>The quantised graph that tells which layers the archive computes in 8 bits, and how; null: none.</summary>
    public OnnxRecipe? Quantized { get; init; }

    /// <remarks>Checked here, once, so that no later load has to: this libtorch knows its operators, or that is something which the machine lacks.</remarks>
    internal override void Write(RecipeInputs inputs, string path)
    {
        var int8 = Quantized is { } recipe ? QuantizedLayers.Read(OnnxFile.Load(inputs.Artefact(recipe).Path)) : null;
        var weights = inputs.Model.LoadWeights();
        if (weights.Model is ClassifierConfig) { ClassifierScript.Save(weights, Precision, path, int8); }
        else { DetrScript.Save(weights, Precision, path, int8); }
        try { ScriptCheck.ThrowIfFatal(path); }
        catch (LabException reason)
        {
            File.Delete(path);
            throw LabError.Missing($"This libtorch cannot run {Name}: {reason.Message}", reason);
        }
    }
}
