using System.Security.Cryptography;
using Google.Protobuf;

namespace DetrPerfLab.Engines;

/// <summary>A detector that is given as an ONNX file: where its variants come from.</summary>
/// <param name="Info">Name, hash and size of the file.</param>
/// <param name="Header">What it takes and gives.</param>
/// <param name="Family">How photographs become its inputs.</param>
public sealed record OnnxSource(string Path, ArtefactInfo Info, OnnxHeader Header, IDetectorFamily Family)
{
    /// <summary>Changes when the weights do, those in files beside the model included.</summary>
    internal string Identity => Header.HasExternalData ? Convert.ToHexStringLower(SHA256.HashData(OnnxFile.Load(Path).ToByteArray())) : Info.Sha256;

    /// <summary>Reads what stands at the head of a file.</summary>
    /// <exception cref="LabException">No such file, damaged, or no detector of a known family.</exception>
    internal static OnnxSource Of(string path)
    {
        var header = OnnxHeader.Read(path);
        return new(path, new(System.IO.Path.GetFileName(path), FileHash.Sha256(path), new FileInfo(path).Length), header, DetectorFamilies.Match(header.Inputs, header.Outputs));
    }
}
