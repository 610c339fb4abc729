using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Engines;

/// <summary>How one kind of model file is made.</summary>
/// <param name="Name">Start of the file's name, for example <c>fp32</c>.</param>
/// <param name="Extension">Its end, without the dot.</param>
public abstract record ArtefactRecipe(string Name, string Extension)
{
    /// <summary>The file that needs no building, where the model has one; null otherwise.</summary>
    public Func<VariantModel, Artefact?> Ready { get; init; } = _ => null;

    /// <summary>Whether the file depends on what is calibrated on.</summary>
    public bool IsCalibrated { get; init; }

    /// <summary>Makes the file; when it throws, there is none.</summary>
    internal abstract void Write(RecipeInputs inputs, string path);
}

/// <summary>What a recipe may use.</summary>
/// <param name="Model">The model that is built.</param>
/// <param name="Artefact">The file of another recipe for the same model, built if need be.</param>
/// <param name="Progress">(done, of all) of long work.</param>
public sealed record RecipeInputs(VariantModel Model, Func<ArtefactRecipe, Artefact> Artefact, Action<long, long> Progress);

/// <summary>An ONNX file.</summary>
/// <param name="Name">Start of the file's name.</param>
/// <param name="Build">Makes the model; may ask for other recipes' files.</param>
public sealed record OnnxRecipe(string Name, Func<RecipeInputs, ModelProto> Build) : ArtefactRecipe(Name, "onnx")
{
    internal override void Write(RecipeInputs inputs, string path) => OnnxFile.Save(Build(inputs), path);
}

/// <summary>A TorchScript archive.</summary>
/// <param name="Name">Start of the file's name.</param>
/// <param name="Precision">Of the transformer's linear layers.</param>
public sealed record TorchScriptRecipe(string Name, ScriptPrecision Precision) : ArtefactRecipe(Name, "pt")
{
    /// <remarks>Checked here, once, so that no later load has to: this libtorch knows its operators, or it is refused.</remarks>
    internal override void Write(RecipeInputs inputs, string path)
    {
        DetrScript.Save(inputs.Model.LoadWeights(), Precision, path);
        try { ScriptCheck.ThrowIfFatal(path); }
        catch (LabException)
        {
            File.Delete(path);
            throw;
        }
    }
}
