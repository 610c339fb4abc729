using System.Security.Cryptography;

namespace DetrPerfLab.Core;

/// <summary>The hash by which artefacts are known: sha256, lower-case hex.</summary>
public static class FileHash
{
    public static string Sha256(string path)
    {
        using var stream = InputFile.Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
