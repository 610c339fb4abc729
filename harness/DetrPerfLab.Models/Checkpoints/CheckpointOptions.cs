namespace DetrPerfLab.Models;

/// <summary>What the shapes of a checkpoint do not show.</summary>
public sealed record CheckpointOptions
{
    /// <summary>DC5: the last stage is dilated. Null: as the file's saved options say, else whether its name holds <c>dc5</c>.</summary>
    public bool? Dilation { get; init; }

    /// <summary>Attention heads. Null: as the file's saved options say, else 8, as every published DETR has.</summary>
    public int? Heads { get; init; }

    /// <summary>The name for the model. Null: that of the zoo's model with these shapes, else the file's.</summary>
    public string? Name { get; init; }
}
