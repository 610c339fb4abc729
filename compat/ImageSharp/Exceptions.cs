namespace SixLabors.ImageSharp;

public class ImageFormatException : Exception
{
    internal ImageFormatException(string errorMessage) : base(errorMessage) { }

    internal ImageFormatException(string errorMessage, Exception innerException) : base(errorMessage, innerException) { }
}

/// <summary>The bytes are of a known format, and damaged.</summary>
public sealed class InvalidImageContentException : ImageFormatException
{
    public InvalidImageContentException(string errorMessage) : base(errorMessage) { }

    public InvalidImageContentException(string errorMessage, Exception innerException) : base(errorMessage, innerException) { }
}

/// <summary>The bytes begin like no known format.</summary>
public sealed class UnknownImageFormatException(string errorMessage) : ImageFormatException(errorMessage);
