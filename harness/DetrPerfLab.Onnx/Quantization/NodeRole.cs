namespace DetrPerfLab.Onnx;

/// <summary>What a node of a detector is for, where that decides how exactly it must compute.</summary>
public enum NodeRole
{
    Boxes, // places boxes: the layers before them and the arithmetic that decodes coordinates
    Position, // encodes where something lies
    CrossAttention, // queries choose where to look in another sequence
}
