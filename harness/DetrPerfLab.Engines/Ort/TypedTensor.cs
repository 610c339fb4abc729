using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DetrPerfLab.Engines;

/// <summary>A tensor of the type that a file asks for (<see cref="TensorSpec.StoredAs"/>), beside the float32 or int64 one that the lab has; converted at each run, as any caller would have to.</summary>
sealed class TypedTensor : IDisposable
{
    readonly HostTensor _host;
    readonly Action _fill, _read;

    internal TypedTensor(HostTensor host, string type)
    {
        _host = host;
        (var element, _fill, _read) = type switch
        {
            "float16" => (TensorElementType.Float16, (Action)(() => TensorPrimitives.ConvertToHalf(_host.Floats, Halves())), (Action)(() => TensorPrimitives.ConvertToSingle(Halves(), _host.Floats))),
            "double" => (TensorElementType.Double, Fill<float, double>(Floats), Read<double, float>(Floats)),
            "uint8" => (TensorElementType.UInt8, Fill<float, byte>(Floats), Read<byte, float>(Floats)),
            "int32" => (TensorElementType.Int32, Fill<long, int>(Longs), Read<int, long>(Longs)),
            "bool" => (TensorElementType.Bool, Fill<long, byte>(Longs), Read<byte, long>(Longs)),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a type of TensorSpec.Carrier."),
        };
        Value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, element, host.Shape.ToArray());
    }

    internal OrtValue Value { get; }

    /// <summary>From the lab's tensor to the file's; numbers beyond the type's range become its nearest.</summary>
    internal void Fill() => _fill();

    /// <summary>From the file's tensor to the lab's.</summary>
    internal void Read() => _read();

    public void Dispose() => Value.Dispose();

    Span<float> Floats() => _host.Floats;

    Span<long> Longs() => _host.Longs;

    Span<Half> Halves() => MemoryMarshal.Cast<byte, Half>(Value.GetTensorMutableRawData());

    Action Fill<TFrom, TTo>(Reading<TFrom> host)
        where TFrom : struct, System.Numerics.INumberBase<TFrom>
        where TTo : struct, System.Numerics.INumberBase<TTo> =>
        () => TensorPrimitives.ConvertSaturating<TFrom, TTo>(host(), MemoryMarshal.Cast<byte, TTo>(Value.GetTensorMutableRawData()));

    Action Read<TFrom, TTo>(Reading<TTo> host)
        where TFrom : struct, System.Numerics.INumberBase<TFrom>
        where TTo : struct, System.Numerics.INumberBase<TTo> =>
        () => TensorPrimitives.ConvertSaturating<TFrom, TTo>(MemoryMarshal.Cast<byte, TFrom>(Value.GetTensorMutableRawData()), host());

    delegate Span<T> Reading<T>();
}
