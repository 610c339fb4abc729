using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace DetrPerfLab.Models;

/// <summary>The hash by which weights are known that come from no file.</summary>
public static class WeightHash
{
    /// <summary>Over, tensor by tensor in official order: the UTF-8 name, a zero byte, the number of axes and their lengths as little-endian int64, the values as little-endian float32.</summary>
    public static string Of(IEnumerable<WeightTensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (var tensor in tensors)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(tensor.Name));
            hash.AppendData([0]);
            foreach (var value in tensor.Shape.Prepend(tensor.Shape.Count))
            {
                BinaryPrimitives.WriteInt64LittleEndian(number, value);
                hash.AppendData(number);
            }

            hash.AppendData(MemoryMarshal.AsBytes<float>(tensor.Data)); // every platform that .NET 10 supports here is little-endian
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
