using System.Security.Cryptography;

namespace DetrPerfLab.Core;

/// <summary>The hash by which artefacts are known.</summary>
public static class FileHash
{
    /// <summary>sha256 of a file, lower-case hex.</summary>
    public static string Sha256(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
