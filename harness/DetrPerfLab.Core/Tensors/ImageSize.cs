namespace DetrPerfLab.Core;

/// <summary>Height and width of an image in pixels.</summary>
public readonly record struct ImageSize(int Height, int Width)
{
    /// <summary>For example <c>800x1066</c>, height first.</summary>
    public override string ToString() => $"{Height}x{Width}";
}
