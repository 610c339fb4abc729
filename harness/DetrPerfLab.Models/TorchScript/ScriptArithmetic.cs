namespace DetrPerfLab.Models;

/// <summary>What an archive's float layers compute in, and how.</summary>
readonly record struct ScriptArithmetic(ScriptPrecision Precision)
{
    /// <summary>Of all but the heads; float32 for a layer with dynamic int8 too, which takes and gives it.</summary>
    internal ScriptType Type => Precision == ScriptPrecision.BFloat16Fused ? ScriptType.BFloat16 : ScriptType.Float32;

    internal bool IsFused => Precision.IsFused;

    /// <summary>A float32 value as what the layers compute in.</summary>
    internal string FromFloat(string x) => Type == ScriptType.Float32 ? x : $"torch.to({x}, {(int)Type})";

    /// <summary>What the layers computed, as float32.</summary>
    internal string ToFloat(string x) => Type == ScriptType.Float32 ? x : $"torch.to({x}, {(int)ScriptType.Float32})";
}
